import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { servedFile } from '../../../src/capture/served.ts';

const ORIGIN = 'http://localhost:3000';
let home: string;
let folder: string;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'heapline-served-'));
  folder = join(home, 'web');
  await mkdir(join(folder, 'my files'), { recursive: true });
  await writeFile(join(folder, 'app.js'), 'let a;');
  await writeFile(join(folder, 'my files', 'b.js'), 'let b;');
  await writeFile(join(home, 'secret.js'), 'let c;');
});
after(() => rm(home, { recursive: true, force: true }));

const find = (path: string, text: string, origin = ORIGIN): Promise<string | undefined> =>
  servedFile(`${origin}${path}`, text, { origin: ORIGIN, folder });

it('is the file that has the same text', async () => {
  assert.equal(await find('/app.js?v=1#top', 'let a;'), pathToFileURL(join(folder, 'app.js')).href);
  const spaced = pathToFileURL(join(folder, 'my files', 'b.js')).href;
  assert.equal(await find('/my%20files/b.js', 'let b;'), spaced);
});

it('is none where the site serves something else, or from elsewhere', async () => {
  assert.equal(await find('/app.js', 'let a; // built'), undefined);
  assert.equal(await find('/gone.js', 'let a;'), undefined);
  assert.equal(await find('/app.js', 'let a;', 'http://localhost:3001'), undefined);
  assert.equal(await servedFile('app.js', 'let a;', { origin: ORIGIN, folder }), undefined);
  assert.equal(await servedFile(`${ORIGIN}/app.js`, 'let a;', undefined), undefined);
});

it('never leaves the folder', async () => {
  assert.equal(await find('/..%2fsecret.js', 'let c;'), undefined);
  assert.equal(await find('/%zz.js', 'let c;'), undefined);
});
