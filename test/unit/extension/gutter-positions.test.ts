import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DocumentMarks } from '../../../src/extension/gutter/document-marks.ts';
import type { Mark } from '../../../src/extension/gutter/marks.ts';
import { type Change, moved, touched } from '../../../src/extension/gutter/positions.ts';
import { bare, linesMatching, lineText } from '../../../src/extension/source-lines.ts';
import { seededRandom } from '../../support/random.ts';
import { edited, invertedEdit, linesOf, TextModel } from '../../support/text-model.ts';

const at = (line: number, character: number) => ({ line, character });
const change = (from: [number, number], to: [number, number], text: string): Change => ({
  range: { start: at(...from), end: at(...to) },
  text,
});

describe('moved', () => {
  it('leaves what is before the change', () => {
    assert.deepEqual(moved(at(3, 4), change([3, 5], [9, 0], 'x\ny')), at(3, 4));
  });
  it('pushes on what is after it, on its line and below', () => {
    assert.deepEqual(moved(at(3, 4), change([3, 0], [3, 2], 'abc')), at(3, 5));
    assert.deepEqual(moved(at(3, 4), change([3, 1], [3, 2], 'a\r\nbc\rd')), at(5, 3));
    assert.deepEqual(moved(at(3, 4), change([0, 1], [2, 2], '')), at(1, 4));
    assert.deepEqual(moved(at(3, 4), change([1, 1], [3, 2], '')), at(1, 3));
  });
  it('is pushed on by what is put right before it', () => {
    assert.deepEqual(moved(at(3, 4), change([3, 4], [3, 4], '\n')), at(4, 0));
  });
  it('comes to the start of what replaced it', () => {
    assert.deepEqual(moved(at(3, 4), change([3, 4], [3, 5], 'abc')), at(3, 4));
    assert.deepEqual(moved(at(3, 4), change([1, 2], [7, 0], 'a\nb\nc')), at(1, 2));
  });
});

describe('positions through random edits', () => {
  it('always point at the character they pointed at, while it lives', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      // Every character is its own: letters from a private area, so that none is made twice.
      let next = 0xe000;
      const fresh = (): string => (random() < 0.25 ? '\n' : String.fromCharCode(next++));
      let text = Array.from({ length: 60 }, fresh).join('');
      const chosen = [...text].filter((char) => char !== '\n')[Math.floor(random() * 30)];
      let position = new TextModel(text).positionAt(text.indexOf(chosen));
      for (let i = 0; i < 30; i++) {
        const model = new TextModel(text);
        const from = Math.floor(random() * (text.length + 1));
        const to = Math.min(text.length, from + Math.floor(random() ** 3 * 20));
        const put = Array.from({ length: Math.floor(random() * 6) }, fresh).join('');
        const one = { range: { start: model.positionAt(from), end: model.positionAt(to) }, text: put };
        position = moved(position, one);
        text = edited(text, [one]);
        const offset = text.indexOf(chosen);
        if (offset < 0) break;
        assert.deepEqual(position, new TextModel(text).positionAt(offset), `seed ${seed}`);
      }
    }
  });
});

describe('touched', () => {
  it('covers, after any changes of one event, every line that is not as before', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      let next = 0;
      let text = Array.from({ length: 12 }, () => `line ${next++}`).join('\n');
      const old = new Set(text.split('\n'));
      const changes: Change[] = [];
      for (let i = 0; i < 1 + random() * 4; i++) {
        const one = randomEdit(text, random, () => `new ${next++}`);
        changes.push(one);
        text = edited(text, [one]);
      }
      const spans = touched(changes);
      text.split('\n').forEach((line, i) => {
        const covered = spans.some(({ first, last }) => i >= first && i <= last);
        assert.ok(covered || old.has(line), `seed ${seed}: line ${i} "${line}"`);
      });
    }
  });
});

function markAt(text: string, line: number, id = 'one'): Mark {
  return {
    path: '/a.js',
    line,
    text: lineText(linesOf(text), line),
    // Only its identity is looked at here.
    reason: { finding: { id }, recordingDir: '/r' } as Mark['reason'],
  };
}

function marked(text: string, line: number): DocumentMarks {
  const marks = new DocumentMarks();
  marks.set([markAt(text, line)], linesOf(text));
  return marks;
}

function apply(marks: DocumentMarks, text: string, ...changes: Change[]): string {
  const after = edited(text, changes);
  marks.edit(changes, linesOf(after));
  return after;
}

const shownAt = (marks: DocumentMarks): number[] => marks.visible().map(({ line }) => line);

const CODE = ['class A {', '  add(x) {', '    this.items.push(x);', '  }', '}', ''].join('\n');

describe('marks of a document', () => {
  it('stay on their line when lines come and go above it', () => {
    const marks = marked(CODE, 2);
    let text = apply(marks, CODE, change([0, 0], [0, 0], "import a from 'a';\n\n"));
    assert.deepEqual(shownAt(marks), [4]);
    text = apply(marks, text, change([0, 0], [3, 0], ''));
    assert.deepEqual(shownAt(marks), [1]);
    assert.equal(text.split('\n')[1], '    this.items.push(x);');
  });

  it('go down when a line is begun before them, at their first character too', () => {
    for (const column of [0, 4]) {
      const marks = marked(CODE, 2);
      apply(marks, CODE, change([2, column], [2, column], '\n    '));
      assert.deepEqual(shownAt(marks), [3], `column ${column}`);
    }
  });

  it('vanish when their line is changed, and come back when that is undone', () => {
    const marks = marked(CODE, 2);
    const text = apply(marks, CODE, change([2, 20], [2, 21], 'y'));
    assert.deepEqual(shownAt(marks), []);
    apply(marks, text, change([2, 20], [2, 21], 'x'));
    assert.deepEqual(shownAt(marks), [2]);
  });

  it('vanish when something is written behind it', () => {
    const marks = marked(CODE, 2);
    apply(marks, CODE, change([2, 23], [2, 23], ' // keep'));
    assert.deepEqual(shownAt(marks), []);
  });

  it('stay through white space: indented, and broken up by a formatter', () => {
    const marks = marked(CODE, 2);
    let text = apply(marks, CODE, change([2, 0], [2, 4], '\t\t'));
    assert.deepEqual(shownAt(marks), [2]);
    text = apply(marks, text, change([2, 18], [2, 19], '\n\t\t\tx\n\t\t'));
    assert.equal(text.split('\n')[3].trim(), 'x');
    assert.deepEqual(
      marks.visible().map(({ line, lines }) => ({ line, lines })),
      [{ line: 2, lines: 3 }],
    );
  });

  it('come back on the undo of deleting the whole line, though what is below it moved up', () => {
    const marks = marked(CODE, 2);
    const text = apply(marks, CODE, change([2, 0], [3, 0], ''));
    assert.deepEqual(shownAt(marks), []);
    const more = apply(marks, text, change([0, 0], [0, 0], '// a\n'));
    apply(marks, more, change([3, 0], [3, 0], '    this.items.push(x);\n'));
    assert.deepEqual(shownAt(marks), [3]);
  });

  it('follow their line when the whole text is replaced at once', () => {
    const marks = marked(CODE, 2);
    const next = `// generated\n// twice\n${CODE}`;
    apply(marks, CODE, change([0, 0], [5, 0], next));
    assert.deepEqual(shownAt(marks), [4]);
  });

  it('choose, of the same text twice in what is put, the one among the same neighbours', () => {
    const text = ['a() {', '  this.items.push(x);', '}', 'b() {', '  this.items.push(x);', '}'].join('\n');
    const marks = marked(text, 4);
    apply(marks, text, change([0, 0], [5, 1], `// one\n// two\n// three\n${text}`));
    assert.deepEqual(shownAt(marks), [7]);
  });

  it('take the event as one: cut here and pasted there', () => {
    const marks = marked(CODE, 2);
    apply(marks, CODE, change([2, 0], [3, 0], ''), change([0, 0], [0, 0], '    this.items.push(x);\n'));
    assert.deepEqual(shownAt(marks), [0]);
  });

  it('are placed by their text in a document that has changed, or not at all', () => {
    const marks = new DocumentMarks();
    marks.set([markAt(CODE, 2)], linesOf(`// 1\n// 2\n${CODE}`));
    assert.deepEqual(shownAt(marks), [4]);
    const gone = new DocumentMarks();
    gone.set([markAt(CODE, 2)], linesOf(CODE.replace('push(x)', 'add(x)')));
    assert.deepEqual(shownAt(gone), []);
  });

  it('that come to one line are one', () => {
    const text = ['push(item);', 'pull(item);', 'push(item);'].join('\n');
    const marks = new DocumentMarks();
    marks.set([markAt(text, 0, 'one'), markAt(text, 1, 'two'), markAt(text, 1, 'three')], linesOf(text));
    assert.deepEqual(
      marks.visible().map(({ line, reasons }) => [line, reasons.map((reason) => reason.finding.id)]),
      [
        [0, ['one']],
        [1, ['two', 'three']],
      ],
    );
  });

  it('stay where they have come to when the verdict is told again, and leave with it', () => {
    const marks = marked(CODE, 2);
    const text = apply(marks, CODE, change([0, 0], [0, 0], '\n\n\n'));
    marks.set([markAt(CODE, 2, 'later')], linesOf(text));
    assert.deepEqual(
      marks.visible().map(({ line, reasons }) => [line, reasons.length, reasons[0].finding.id]),
      [[5, 1, 'later']],
    );
    marks.set([], linesOf(text));
    assert.deepEqual(shownAt(marks), []);
  });

  it('without a known text take the line that is there, but no blank one', () => {
    const marks = new DocumentMarks();
    marks.set([{ ...markAt(CODE, 2), text: undefined }], linesOf(CODE));
    assert.deepEqual(shownAt(marks), [2]);
    const blank = new DocumentMarks();
    blank.set([{ ...markAt(CODE, 5), text: undefined }], linesOf(CODE));
    assert.deepEqual(shownAt(blank), []);
    const beyond = new DocumentMarks();
    beyond.set([{ ...markAt(CODE, 2), line: 99 }], linesOf(''));
    assert.deepEqual(shownAt(beyond), []);
  });
});

describe('marks through random edits', () => {
  const start = Array.from({ length: 25 }, (_, i) => `${' '.repeat(i % 4)}call${i}(value${i});`).join('\n');

  it('are where their line is whenever it is there, and hidden whenever it is not', () => {
    let shown = 0;
    let hidden = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const random = seededRandom(seed);
      const line = Math.floor(random() * 25);
      const marks = marked(start, line);
      const wanted = `call${line}(value${line});`;
      let next = 0;
      let text = start;
      for (let i = 0; i < 25; i++) {
        const one = randomEdit(text, random, () => `fresh${next++}();`);
        text = apply(marks, text, one);
        const lines = linesOf(text);
        const places = Array.from({ length: lines.count }, (_, j) => j).filter(
          (j) => bare(lines.at(j)) && linesMatching(lines, j, wanted),
        );
        assert.deepEqual(shownAt(marks), places, `seed ${seed}, edit ${i}`);
        if (places.length) shown++;
        else hidden++;
      }
    }
    assert.ok(shown > 1000 && hidden > 1000, `${shown} shown, ${hidden} hidden`);
  });

  it('are back at their line when all edits are undone, in events of one or of many', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const line = Math.floor(random() * 25);
      const marks = marked(start, line);
      let next = 0;
      let text = start;
      const undo: Change[] = [];
      for (let i = 0; i < 20; i++) {
        const one = randomEdit(text, random, () => `fresh${next++}();`);
        undo.unshift(invertedEdit(text, one));
        text = apply(marks, text, one);
      }
      while (undo.length) text = apply(marks, text, ...undo.splice(0, 1 + Math.floor(random() * 3)));
      assert.equal(text, start);
      assert.deepEqual(shownAt(marks), [line], `seed ${seed}`);
    }
  });
});

/** Typing, deleting, pasting lines, joining and breaking lines, anywhere. */
function randomEdit(text: string, random: () => number, freshLine: () => string): Change {
  const model = new TextModel(text);
  const offset = Math.floor(random() * (text.length + 1));
  const line = model.positionAt(offset).line;
  const lineStart = at(line, 0);
  const pick = Math.floor(random() * 7);
  const range = (from: number, to: number) => ({
    start: model.positionAt(from),
    end: model.positionAt(Math.min(text.length, to)),
  });
  if (pick === 0) return { range: range(offset, offset), text: '\n' };
  if (pick === 1) return { range: range(offset, offset), text: 'ü' };
  if (pick === 2) return { range: range(offset, offset + 1), text: '' };
  if (pick === 3) return { range: { start: lineStart, end: lineStart }, text: `${freshLine()}\n` };
  if (pick === 4 && line + 1 < model.count)
    return { range: { start: lineStart, end: at(line + 1, 0) }, text: '' };
  if (pick === 5)
    return { range: range(offset, offset + random() * 60), text: `${freshLine()}\n${freshLine()}` };
  return { range: { start: lineStart, end: lineStart }, text: '  ' };
}
