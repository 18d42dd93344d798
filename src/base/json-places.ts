/** JSON that people write by hand: read so that what is wrong can be pointed at. */

/** Where the text stops being JSON. */
export class JsonTextError extends Error {
  constructor(
    message: string,
    /** UTF-16 units from the beginning. */
    readonly offset: number,
  ) {
    super(message);
  }
}

export interface PlacedJson {
  value: unknown;
  /** Where an object or array of it begins, in UTF-16 units. */
  offsetOf(part: object): number;
}

/** The text's value as JSON.parse gives it. @throws JsonTextError */
export function parsePlaced(text: string): PlacedJson {
  const reader = new Reader(text.replace(/^\ufeff/, ' '));
  const value = reader.whole();
  return { value, offsetOf: (part) => reader.offsets.get(part) ?? 0 };
}

/** `line:column`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `${before.length}:${before[before.length - 1].length + 1}`;
}

class Reader {
  readonly offsets = new Map<object, number>();
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): unknown {
    const value = this.value();
    this.skip();
    if (this.at < this.text.length) this.fail('nothing more may follow');
    return value;
  }

  private value(): unknown {
    this.skip();
    const begin = this.at;
    switch (this.text[begin]) {
      case '{':
        return this.members(begin);
      case '[':
        return this.elements(begin);
      case '"':
        return this.string();
    }
    const [word = ''] = /^[^\s,:[\]{}"]*/.exec(this.text.slice(begin, begin + 400)) ?? [];
    if (!/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/.test(word))
      this.fail('a value is expected');
    this.at += word.length;
    return JSON.parse(word);
  }

  private members(begin: number): object {
    const object = {};
    this.list('}', () => {
      this.skip();
      if (this.text[this.at] !== '"') this.fail('a property name in double quotes is expected');
      const key = this.string();
      this.skip();
      if (this.text[this.at] !== ':') this.fail('`:` is expected');
      this.at++;
      const value = this.value();
      // A property of that name, as any other.
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    });
    this.offsets.set(object, begin);
    return object;
  }

  private elements(begin: number): unknown[] {
    const array: unknown[] = [];
    this.list(']', () => array.push(this.value()));
    this.offsets.set(array, begin);
    return array;
  }

  private list(end: string, one: () => void): void {
    this.at++;
    this.skip();
    if (this.text[this.at] === end) {
      this.at++;
      return;
    }
    for (;;) {
      one();
      this.skip();
      const next = this.text[this.at];
      if (next !== ',' && next !== end) this.fail(`\`,\` or \`${end}\` is expected`);
      this.at++;
      if (next === end) return;
    }
  }

  private string(): string {
    const [word] = /^"(?:[^"\\]|\\[\s\S])*"/.exec(this.text.slice(this.at)) ?? [];
    if (word === undefined) this.fail('this text has no closing quote');
    try {
      const value = JSON.parse(word) as string;
      this.at += word.length;
      return value;
    } catch {
      return this.fail('this text has an escape or line break that JSON does not know');
    }
  }

  private skip(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at++;
  }

  private fail(message: string): never {
    throw new JsonTextError(this.at >= this.text.length ? `it ends too early: ${message}` : message, this.at);
  }
}
