/** How a process ended. */
import type { ChildProcess } from 'node:child_process';

const LIMIT_MS = 30 * 60_000;

/** Waits for the end of the process, killed when it takes too long. */
export async function ended(child: ChildProcess): Promise<{ stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-20_000);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    });
  } finally {
    clearTimeout(timer);
  }
  return { stdout, stderr };
}

/** The line that says why, as far as there is one. */
export function lastWords(child: ChildProcess, stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim());
  const said =
    lines.find((line) => /FATAL|panicked|RangeError|Error:|memory/.test(line)) ?? lines.at(-1) ?? 'no word';
  return `${said.trim().slice(0, 160)} (${child.signalCode ?? `exit ${child.exitCode}`})`;
}
