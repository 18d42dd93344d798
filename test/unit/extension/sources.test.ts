import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sourceOf } from '../../../src/extension/debugger-sources.ts';
import { keptSource, keptSourceName } from '../../../src/extension/kept-source.ts';
import {
  findLine,
  linesMatching,
  lineText,
  lineTextOf,
  locate,
} from '../../../src/extension/source-lines.ts';
import { fileKey, sitePath, spelledAlike } from '../../../src/extension/source-paths.ts';
import type { Site } from '../../../src/protocol/findings.ts';
import { seededRandom } from '../../support/random.ts';
import { linesOf } from '../../support/text-model.ts';

const site = (line: number, column = 1): Site => ({ url: 'file:///a.js', path: '/a.js', line, column });
const FILE = Array.from({ length: 200 }, (_, i) => (i % 5 === 4 ? '}' : `  call${i % 40}(${i % 7});`));
const wantedAt = (line: number) => lineText(linesOf(FILE.join('\n')), line)!;

describe('findLine', () => {
  it('finds every line of a file again after lines were put in, taken out and indented elsewhere', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seededRandom(seed);
      const unique = FILE.map((line, i) => (i % 5 === 4 ? line : `${line} // ${i}`));
      const line = Math.floor(random() * 200);
      if (line % 5 === 4) continue;
      const wanted = lineText(linesOf(unique.join('\n')), line)!;
      const changed = unique.flatMap((text, i) => {
        if (i === line) return [`\t${text}`];
        const dice = random();
        return dice < 0.1 ? [] : dice < 0.2 ? [text, 'put in'] : [text];
      });
      const lines = linesOf(changed.join('\n'));
      const found = findLine(lines, wanted, line);
      assert.equal(found, changed.indexOf(`\t${unique[line]}`), `seed ${seed}`);
    }
  });

  it('takes the line that is still there, though another has more of its neighbours', () => {
    const lines = linesOf(['x', 'push(a)', 'y', '1', '2', '3', 'push(a)', '4'].join('\n'));
    const wanted = { text: 'push(a)', before: ['3', '2', '1'], after: ['4'] };
    assert.equal(findLine(lines, wanted, 1), 1);
    assert.equal(findLine(lines, wanted, 0), 6);
  });

  it('needs neighbours for a text that says nothing, and far away', () => {
    const lines = linesOf(`a();\nb();\n});\nc();\n${'filler\n'.repeat(80)}push(item);`);
    assert.equal(findLine(lines, { text: '});', before: ['q();'], after: ['r();'] }, 0), undefined);
    assert.equal(findLine(lines, { text: '});', before: ['b();'], after: ['c();'] }, 0), 2);
    assert.equal(findLine(lines, { text: 'push(item);', before: ['z'], after: [] }, 0), undefined);
    assert.equal(findLine(lines, { text: 'push(item);', before: ['z'], after: [] }, 60), 84);
  });

  it('knows lines that excerpts cut', () => {
    const long = `var a=1;${'b(c);'.repeat(200)}last()`;
    const cut = `…${long.slice(200, 500)}…`;
    assert.equal(linesMatching(linesOf(`x\n${long}`), 1, cut), 1);
    assert.equal(linesMatching(linesOf(`x\n${long}`), 0, cut), 0);
    assert.equal(linesMatching(linesOf('a…b'), 0, '…'), 0);
  });

  it('knows a line that was broken up, and no line that was joined with another', () => {
    assert.equal(linesMatching(linesOf('f(\n  a,\n\n  b)\ng()'), 0, 'f(a,b)'), 4);
    assert.equal(linesMatching(linesOf('f(a,b) g()'), 0, 'f(a,b)'), 0);
    assert.equal(linesMatching(linesOf('f(a,b)\n\n'), 0, 'f(a,b)'), 1);
  });
});

describe('locate', () => {
  const lines = linesOf(FILE.join('\n'));

  it('gives the very place where nothing has changed', () => {
    assert.deepEqual(locate(lines, site(12, 5), wantedAt(11)), { line: 11, character: 4, text: 'same' });
  });

  it('finds the line again and then stands at its first character', () => {
    const moved = linesOf(['', '', ...FILE].join('\n'));
    assert.deepEqual(locate(moved, site(12, 9), wantedAt(11)), { line: 13, character: 2, text: 'moved' });
  });

  it('says that the line has changed', () => {
    const changed = linesOf(FILE.with(11, '    other();').join('\n'));
    assert.deepEqual(locate(changed, site(12, 9), { ...wantedAt(11), text: 'gone();' }), {
      line: 11,
      character: 4,
      text: 'changed',
    });
  });

  it('stays inside the document, whatever the position', () => {
    for (const [line, column] of [
      [999, 999],
      [0, 0],
      [-5, -5],
      [Number.NaN, Number.NaN],
      [Number.POSITIVE_INFINITY, 1],
    ]) {
      const place = locate(lines, site(line, column), undefined);
      assert.ok(place.line >= 0 && place.line < lines.count, `${line}`);
      assert.ok(place.character >= 0 && place.character <= lines.at(place.line).length, `${column}`);
      assert.equal(place.text, 'unknown');
    }
    assert.deepEqual(locate(linesOf(''), site(4, 4), undefined), { line: 0, character: 0, text: 'unknown' });
  });

  it('takes the text from the excerpt that holds the line', () => {
    const excerpts = [
      { path: '/b.js', firstLine: 1, lines: ['wrong'] },
      { path: '/a.js', firstLine: 10, lines: ['ten', ' ele ven ', '', 'thirteen'] },
    ];
    assert.deepEqual(lineTextOf(excerpts, site(11)), {
      text: 'eleven',
      before: ['ten'],
      after: ['', 'thirteen'],
    });
    assert.equal(lineTextOf(excerpts, site(12)), undefined);
    assert.equal(lineTextOf(excerpts, site(14)), undefined);
    assert.equal(lineTextOf(undefined, site(11)), undefined);
  });
});

describe('paths', () => {
  it('are absolute ones of this machine', () => {
    assert.equal(sitePath(site(1)), '/a.js');
    assert.equal(sitePath({ url: 'file:///x%20y.js', line: 1, column: 1 }), '/x y.js');
    assert.equal(sitePath({ url: 'node:events', line: 1, column: 1 }), undefined);
    assert.equal(sitePath({ url: 'x', path: 'relative.js', line: 1, column: 1 }), undefined);
    assert.equal(sitePath({ url: 'command:x', line: 1, column: 1 }), undefined);
  });

  it('of one file are one, through links of folders and files, whether it exists or not', async () => {
    const dir = await realpath(await mkdtemp(join(tmpdir(), 'heapline-paths-')));
    try {
      await mkdir(join(dir, 'real'));
      await writeFile(join(dir, 'real', 'a.js'), '');
      await symlink(join(dir, 'real'), join(dir, 'folder'), 'junction');
      await symlink(join(dir, 'real', 'a.js'), join(dir, 'b.js'));
      const key = await fileKey(join(dir, 'real', 'a.js'));
      assert.equal(await fileKey(join(dir, 'folder', 'a.js')), key);
      assert.equal(await fileKey(join(dir, 'b.js')), key);
      const gone = join(dir, 'gone.js');
      assert.equal(await fileKey(gone), spelledAlike(gone, process.platform));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('are spelled alike on Windows and on macOS', () => {
    const one = spelledAlike('C:\\Code\\App\\a.JS', 'win32');
    assert.equal(spelledAlike('c:/code/app/A.js', 'win32'), one);
    assert.equal(spelledAlike('\\\\?\\C:\\code\\app\\a.js', 'win32'), one);
    assert.equal(spelledAlike('/a/u\u0308.js', 'darwin'), spelledAlike('/a/\u00fc.js', 'darwin'));
    assert.notEqual(spelledAlike('/A.js', 'linux'), spelledAlike('/a.js', 'linux'));
  });
});

describe('sourceOf', () => {
  const at = (url: string, path?: string): Site => ({ url, path, line: 1, column: 1 });
  const ref = (path: string, sourceReference = 7) => ({ path, sourceReference });

  it("finds Node's own code, scripts with made-up names, and pages", () => {
    for (const [url, path] of [
      ['node:events', '<node_internals>/events'],
      ['node:internal/timers', '<node_internals>/internal/timers'],
      ['made-up.js?x', '<node_internals>/made-up.js'],
      ['http://localhost:3000/app.js', 'localhost\uA7893000/app.js'],
      ['https://a.example/', 'a.example/(index)'],
      ['file:///tmp/gone%20file.js', '/tmp/gone file.js'],
    ]) {
      assert.deepEqual(sourceOf(at(url), [ref('other'), ref(path)]), ref(path), url);
    }
  });

  it('leaves to the disk what is there, and takes the script loaded last', () => {
    assert.equal(sourceOf(at('node:events'), [ref('<node_internals>/events', 0)]), undefined);
    assert.equal(sourceOf(at('x.js'), [{ sourceReference: 3 }]), undefined);
    const twice = [ref('<node_internals>/x.js', 1), ref('<node_internals>/x.js', 2)];
    assert.equal(sourceOf(at('x.js'), twice)?.sourceReference, 2);
  });
});

describe('kept sources', () => {
  it('are read by the names that recordings give, from nowhere else', () => {
    assert.ok(keptSourceName('sources/0a1b.js'));
    for (const bad of [
      'sources/../recording.json',
      '/etc/passwd',
      'sources\\a.js',
      'sources/a.js/../../b.js',
      'a.js',
    ])
      assert.equal(keptSourceName(bad), false, bad);
  });

  it('belong to a script by its URL, or by the file that it ran as', () => {
    const scripts = (...entries: [string, string?][]) => ({
      format: 'heapline-scripts/1' as const,
      scripts: entries.map(([url, source], i) => ({ id: String(i), url, source })),
    });
    const all = scripts(
      ['evalmachine.<anonymous>', 'sources/1.js'],
      ['file:///a.js', 'sources/2.js'],
      ['file:///a.js'],
    );
    assert.equal(keptSource({ url: 'evalmachine.<anonymous>', line: 1, column: 1 }, all), 'sources/1.js');
    assert.equal(keptSource(site(1), all), 'sources/2.js');
    assert.equal(keptSource({ url: 'x', line: 1, column: 1 }, scripts(['x', '../x.js'])), undefined);
    assert.equal(keptSource({ url: 'y', line: 1, column: 1 }, all), undefined);
  });
});
