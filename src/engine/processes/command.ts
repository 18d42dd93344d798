/** A command line as a person would tell it. */

const MAX = 80;
/** What follows, or is set, is nobody's business. */
const SECRET = /(key|token|secret|passw|pwd|auth|credential)/i;

/** `/usr/bin/node /app/dist/server.js --port 1` -> `node dist/server.js --port 1`. @param cwd the program's folder */
export function commandText(argv: readonly string[], cwd = ''): string {
  // A list of processes gives one string.
  const args = argv.length === 1 ? argv[0].split(' ') : argv;
  const shown = args.map((arg, i) => {
    if (i > 0 && SECRET.test(args[i - 1]) && /^-[^=]*$/.test(args[i - 1])) return '…';
    const set = /^(-[^=]*=|[A-Za-z_]\w*=)/.exec(arg)?.[0];
    if (set && SECRET.test(set)) return `${set}…`;
    return i === 0 ? baseName(arg).replace(/\.exe$/i, '') : short(arg, cwd);
  });
  const text = shown.join(' ').replace(/\s+/g, ' ').trim();
  return text.length > MAX ? `${text.slice(0, MAX - 1)}…` : text;
}

/** Without what differs from one to the next: the program and its first argument that is no option. */
export function commandKind(argv: readonly string[], cwd = ''): string {
  const at = argv.findIndex((arg, i) => i > 0 && !arg.startsWith('-'));
  return commandText(argv.slice(0, at < 0 ? 1 : at + 1), cwd);
}

function short(arg: string, cwd: string): string {
  if (!/^([A-Za-z]:)?[\\/]/.test(arg)) return arg;
  if (cwd && arg.startsWith(cwd) && /^[\\/]/.test(arg.slice(cwd.replace(/[\\/]$/, '').length)))
    return arg.slice(cwd.length).replace(/^[\\/]/, '');
  const parts = arg.split(/[\\/]/).filter(Boolean);
  const at = parts.lastIndexOf('node_modules');
  if (at >= 0) return parts.slice(at + 1).join('/');
  return parts.slice(-2).join('/');
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}
