const OWN_ROOT = new URL(import.meta.url.includes('/src/source/') ? '../../' : '../', import.meta.url).href;

/** Whether a site is code that the user wrote: not an installed package, not Node's, not Heapline's own. */
export function isUserCode(site: { url: string; path?: string }): boolean {
  const url = site.url;
  if (!url) return false;
  if (/^(node|internal|wasm|electron|extensions|chrome-extension|native|heapline):/.test(url)) return false;
  if (/^(node_internals|internal|evalmachine\.|\[)/.test(url)) return false;
  if (/^[\w./-]+$/.test(url) && !url.includes('/') && !/\.\w+$/.test(url)) return false; // `native`, `v8`
  if (url.startsWith(`${OWN_ROOT}dist/`) || url.startsWith(`${OWN_ROOT}src/`)) return false;
  return !isInstalled(url) && !isInstalled(site.path ?? '');
}

/** Whether a URL or path lies in an installed package. */
export function isInstalled(urlOrPath: string): boolean {
  return /[\\/](node_modules|\.yarn[\\/](cache|unplugged|__virtual__)|\.pnp)[\\/]/.test(
    urlOrPath.startsWith('node_modules') ? `/${urlOrPath}` : urlOrPath,
  );
}
