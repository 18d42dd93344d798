import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { watchedSites } from '../../../src/engine/watched-sites.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapline-watched-'));
after(() => rmSync(folder, { recursive: true, force: true }));

it("groups by the line that inserts, through source maps, with the user's own line beside it", async () => {
  const source = join(folder, 'memory.ts');
  writeFileSync(source, '\n\n\n\nlist.push(x);\n');
  // Line 1 of memory.js is line 5 of memory.ts.
  const map = JSON.stringify({ version: 3, sources: ['memory.ts'], names: [], mappings: 'AAIA' });
  writeFileSync(join(folder, 'memory.js.map'), map);
  const built = join(folder, 'memory.js');
  writeFileSync(built, 'list.push(x);\n//# sourceMappingURL=memory.js.map\n');
  const scripts = [{ id: '7', url: pathToFileURL(built).href, sourceMapUrl: 'memory.js.map' }];
  const packaged = {
    url: join(folder, 'node_modules', 'lru', 'index.js'),
    line: 9,
    column: 3,
    function: 'set',
  };
  const own = { url: built, line: 1, column: 6, function: 'add' };
  const sites = await watchedSites(
    [
      { inserts: 2, frames: [own] },
      { inserts: 5, frames: [packaged, own] },
      { inserts: 1, frames: [own, { ...packaged, line: 10 }] },
    ],
    scripts,
    folder,
  );
  const told = sites.map(({ site, user, count, share, stack }) => [
    [site.path ?? site.url, site.line, site.function],
    [user?.path, user?.line],
    count,
    share,
    stack.length,
  ]);
  assert.deepEqual(told, [
    [[pathToFileURL(packaged.url).href, 9, 'set'], [source, 5], 5, 5 / 8, 2],
    [[source, 5, 'add'], [source, 5], 3, 3 / 8, 1],
  ]);
});
