import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { ScriptMap } from '../../../src/source/script-map.ts';
import { isUserCode } from '../../../src/source/user-code.ts';
import { Scripts } from './support.ts';

const TS = `interface Message { role: string; content: string }

export class Memory {
  private history: Message[] = [];

  add(message: Message): void {
    this.history.push(message);
  }
}
`;

/** Where the generated text has `needle`, 0-based. */
function place(text: string, needle: string): [number, number] {
  const before = text.slice(0, text.indexOf(needle)).split('\n');
  return [before.length - 1, before.at(-1)!.length];
}

function compiled(options: { minify?: boolean } = {}): { code: string; map: string } {
  return transformSync(TS, {
    loader: 'ts',
    sourcemap: 'external',
    sourcefile: 'memory.ts',
    sourcesContent: false,
    minifyWhitespace: options.minify,
  });
}

describe('ScriptMap', () => {
  test('a map beside the script leads to the exact line and column', async () => {
    const { code, map } = compiled();
    using scripts = new Scripts(
      {
        'dist/memory.js': code,
        'dist/memory.js.map': map.replace('memory.ts', '../src/memory.ts'),
        'src/memory.ts': TS,
      },
      { 'dist/memory.js': { sourceMapUrl: 'memory.js.map' } },
    );
    const site = await scripts.map.site(1, ...place(code, 'this.history.push'), { function: 'Memory.add' });
    assert.deepEqual(site, {
      url: pathToFileURL(scripts.path('src/memory.ts')).href,
      path: scripts.path('src/memory.ts'),
      line: 7,
      column: 5,
      function: 'Memory.add',
    });
  });

  test('an inline map of a one-line script is found in the text that the recording stored', async () => {
    const { code, map } = compiled({ minify: true });
    const inline = `${code}//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
    using scripts = new Scripts({ 'memory.ts': TS, 'sources/abc.js': inline });
    const url = pathToFileURL(scripts.path('memory.ts')).href;
    const own = new ScriptMap(
      [{ id: '7', url, source: 'sources/abc.js', length: inline.length }],
      scripts.dir,
    );
    assert.equal(code.trim().split('\n').length, 1);
    const site = await own.site('7', ...place(code, 'this.history.push'));
    assert.deepEqual([site?.path, site?.line, site?.column], [scripts.path('memory.ts'), 7, 5]);
    const parameter = await own.site(7, ...place(code, '(message)'));
    assert.equal(parameter?.line, 6);
  });

  test('index maps, source roots and bundlers’ URLs', async () => {
    const map = JSON.parse(compiled().map);
    const { code } = compiled();
    const index = {
      version: 3,
      sections: [
        {
          offset: { line: 1, column: 0 },
          map: { ...map, sources: ['webpack://agent/./src/memory.ts?1f2e'] },
        },
      ],
    };
    using scripts = new Scripts(
      {
        'dist/main.js': `// head\n${code}`,
        'dist/main.js.map': JSON.stringify(index),
        'src/memory.ts': TS,
        'dist/rooted.js': code,
        'dist/rooted.js.map': JSON.stringify({ ...map, sourceRoot: '../src' }),
        'dist/lost.js': code,
        'dist/lost.js.map': JSON.stringify({ ...map, sources: ['webpack:///elsewhere/memory.ts'] }),
      },
      {
        'dist/main.js': { sourceMapUrl: 'main.js.map' },
        'dist/rooted.js': { sourceMapUrl: 'rooted.js.map' },
        'dist/lost.js': { sourceMapUrl: 'lost.js.map' },
      },
    );
    const [line, column] = place(code, 'this.history.push');
    const first = await scripts.map.site(1, line + 1, column);
    assert.equal(first?.path, scripts.path('src/memory.ts'));
    assert.deepEqual([first?.line, first?.column], [7, 5]);
    const rooted = await scripts.map.site(4, line, column);
    assert.equal(rooted?.path, scripts.path('src/memory.ts'));
    const lost = await scripts.map.site(6, line, column);
    assert.deepEqual([lost?.url, lost?.path, lost?.line], ['webpack:///elsewhere/memory.ts', undefined, 7]);
  });

  test('installed packages stay in the file that runs', async () => {
    const { code, map } = compiled();
    using scripts = new Scripts(
      {
        'node_modules/p/memory.js': code,
        'node_modules/p/memory.js.map': map,
        'node_modules/p/memory.ts': TS,
      },
      { 'node_modules/p/memory.js': { sourceMapUrl: 'memory.js.map' } },
    );
    const at = place(code, 'this.history.push');
    const site = await scripts.map.site(1, ...at);
    assert.deepEqual([site?.path, site?.line], [scripts.path('node_modules/p/memory.js'), at[0] + 1]);
  });

  test('broken, missing and foreign maps leave the position in the running text', async () => {
    using scripts = new Scripts(
      {
        'a.js': 'x();',
        'a.js.map': '{"version":3,',
        'b.js': 'x();',
        'c.js': 'x();',
        'd.js': 'x();',
        'd.js.map': '[]',
      },
      {
        'a.js': { sourceMapUrl: 'a.js.map' },
        'b.js': { sourceMapUrl: 'none.map' },
        'c.js': { sourceMapUrl: 'https://example.invalid/c.map' },
        'd.js': { sourceMapUrl: 'd.js.map' },
      },
    );
    for (const [id, name] of [
      [1, 'a.js'],
      [3, 'b.js'],
      [4, 'c.js'],
      [5, 'd.js'],
    ] as const) {
      const site = await scripts.map.site(id, 0, 1);
      assert.deepEqual([site?.path, site?.line, site?.column], [scripts.path(name), 1, 2]);
    }
  });

  test('the mapping comment counts only where it ends the script', async () => {
    const { map } = compiled();
    const url = `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
    using scripts = new Scripts({ 'a.js': `const t = '//# sourceMappingURL=${url}';\nt.length;\n` });
    const site = await scripts.map.site(1, 1, 0);
    assert.deepEqual([site?.path, site?.line], [scripts.path('a.js'), 2]);
  });

  test('unknown scripts, missing files and files changed since have no site or no text', async () => {
    using scripts = new Scripts({ 'a.js': 'let changed;' }, { 'a.js': { length: 5 } });
    assert.equal(await scripts.map.site(99, 0, 0), undefined);
    assert.equal(await scripts.map.text(scripts.map.byId(1)!), undefined);
    const gone = new ScriptMap([{ id: '1', url: 'file:///no/such/file.js' }]);
    assert.equal(await gone.text(gone.byId(1)!), undefined);
    assert.deepEqual(await gone.site(1, 3, 4), { url: 'file:///no/such/file.js', line: 4, column: 5 });
  });

  test('a recording names files of its own folder only', async () => {
    using scripts = new Scripts({ 'rec/scripts.json': '{}', 'secret.js': 'secret' });
    const map = new ScriptMap(
      [{ id: '1', url: 'file:///gone.js', source: '../secret.js' }],
      join(scripts.dir, 'rec'),
    );
    assert.equal(await map.text(map.byId(1)!), undefined);
  });

  test('a folder in place of a script is no text', async () => {
    using scripts = new Scripts({ 'x/a.js': '' });
    mkdirSync(join(scripts.dir, 'b.js'));
    writeFileSync(join(scripts.dir, 'c.js'), 'c');
    const map = new ScriptMap([{ id: '1', url: pathToFileURL(join(scripts.dir, 'b.js')).href }]);
    assert.equal(await map.text(map.byId(1)!), undefined);
  });
});

test('user code is neither installed, nor Node’s, nor Heapline’s', () => {
  const user = [
    'file:///home/a/agent.mjs',
    'webpack://agent/./src/a.ts',
    'C:\\agent\\a.js',
    'file:///a/dist/cli.js',
  ];
  const other = [
    '',
    'node:events',
    'node:internal/timers',
    'file:///a/node_modules/zod/index.js',
    'webpack://agent/./node_modules/zod/index.js',
    'C:\\agent\\node_modules\\zod\\a.js',
    'file:///a/.yarn/cache/zod/a.js',
    'evalmachine.<anonymous>',
    'wasm://wasm/1234',
    new URL('../../../dist/preload.cjs', import.meta.url).href,
  ];
  for (const url of user) assert.equal(isUserCode({ url }), true, url);
  for (const url of other) assert.equal(isUserCode({ url }), false, url);
  assert.equal(isUserCode({ url: 'webpack://x/a.ts', path: '/a/node_modules/x/a.ts' }), false);
});
