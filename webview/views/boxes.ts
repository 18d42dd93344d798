/** Boxes in boxes to look into: a treemap, or rows, with the way in as a strip, the chosen one in words, and a table. */

import { select } from 'd3';
import { formatBytes, formatCount } from '../../src/base/units.ts';
import { percent, siteLabel } from '../../src/protocol/wording.ts';
import type { Host } from '../host.ts';
import {
  type Box,
  type Direction,
  everyBox,
  neighbour,
  type PlacedBox,
  placeRows,
  placeTreemap,
  type Shape,
  wayToBox,
  withChildren,
} from '../layout/boxes.ts';
import { growthStrength, MODULE_COLOURS, type ModuleColour, moduleColours } from '../layout/modules.ts';
import { t } from '../text.ts';
import { drawBoxes } from './boxes-draw.ts';
import { siteLink } from './code.ts';
import { append, type Child, h, longText, onWidth, shown, table } from './dom.ts';
import { saveButton } from './save.ts';

export type Colouring = 'module' | 'growth';

export interface BoxesOptions {
  /** Begins the ids of its elements. */
  id: string;
  /** What the picture is of, translated. */
  label: string;
  root: Box;
  /** The first is shown first. */
  shapes: readonly Shape[];
  colourings: readonly Colouring[];
  /** What the size is called, translated. */
  sizeName: string;
  /** What is in a box that has `more`. */
  load?(box: Box): Promise<Box[]>;
  /** What else can be done with a box, as buttons. */
  actions?(box: Box): Child[];
}

const SHAPE_NAMES: Record<Shape, string> = { treemap: 'Treemap', icicle: 'Icicle', flame: 'Flames' };
const COLOURING_NAMES: Record<Colouring, string> = { module: 'By module', growth: 'By growth' };
const TREEMAP_HEIGHT = 440;
const TABLE_ROWS = 200;
const KEYS: Partial<Record<string, Direction>> = {
  ArrowLeft: 'previous',
  ArrowRight: 'next',
};

export function boxesView(options: BoxesOptions, host: Host): HTMLElement {
  return new BoxesView(options, host).element;
}

class BoxesView {
  readonly element: HTMLElement;
  private root: Box;
  private shape: Shape;
  private colouring: Colouring;
  /** Keys of the box that is shown whole, and of the one told of. */
  private whole: string;
  private chosen: string;
  /** Under the pointer: told of while it is there. */
  private pointed?: Box;
  private width = 0;
  private colours = new Map<string, ModuleColour>();
  private placed: PlacedBox[] = [];
  private loading?: string;
  private failure?: string;

  private readonly crumbs = h('ol');
  private readonly frame = h('div', { class: 'chart boxes-frame' });
  private readonly svg = select(this.frame).append('svg').attr('role', 'tree');
  private readonly facts = h('div', { class: 'chosen-box' });
  private readonly legend = h('ul', { class: 'modules' });
  private readonly details = h('details', { class: 'as-table' }, h('summary', {}, t('As a table')));
  private readonly toggles: { button: HTMLButtonElement; isOn(): boolean }[] = [];

  constructor(
    private readonly options: BoxesOptions,
    private readonly host: Host,
  ) {
    this.root = options.root;
    this.shape = options.shapes[0];
    this.colouring = options.colourings[0];
    this.whole = this.root.key;
    this.chosen = this.root.key;
    this.svg.attr('aria-label', shown(options.label));
    this.frame.addEventListener('keydown', (event) => this.key(event));
    this.frame.addEventListener('pointerleave', () => {
      this.pointed = undefined;
      this.drawFacts();
    });
    onWidth(this.frame, (width) => {
      this.width = width;
      this.draw();
    });
    this.details.addEventListener('toggle', () => this.drawTable());
    this.element = h(
      'div',
      { class: 'boxes', id: options.id },
      h(
        'div',
        { class: 'bar' },
        this.toggle('Shape', options.shapes, SHAPE_NAMES, () => this.shape, this.setShape),
        this.toggle('Colours', options.colourings, COLOURING_NAMES, () => this.colouring, this.setColouring),
        saveButton(() => this.svg.node()!, options.id),
      ),
      h('nav', { class: 'crumbs', 'aria-label': t('Where it is zoomed to') }, this.crumbs),
      this.frame,
      this.facts,
      this.legend,
      this.details,
    );
    this.update();
  }

  private readonly setShape = (shape: Shape): void => {
    this.shape = shape;
    this.update();
  };

  private readonly setColouring = (colouring: Colouring): void => {
    this.colouring = colouring;
    this.update();
  };

  private toggle<T extends string>(
    label: string,
    values: readonly T[],
    names: Record<T, string>,
    now: () => T,
    set: (value: T) => void,
  ): Child {
    if (values.length < 2) return false;
    const buttons = values.map((value) => {
      const button = h('button', { type: 'button', onclick: () => set(value) }, t(names[value]));
      this.toggles.push({ button, isOn: () => now() === value });
      return button;
    });
    return h('div', { class: 'toggle', role: 'group', 'aria-label': t(label) }, ...buttons);
  }

  private get wholeBox(): Box {
    return wayToBox(this.root, this.whole).at(-1)!;
  }

  private get chosenBox(): Box {
    return wayToBox(this.root, this.chosen).at(-1)!;
  }

  /** After anything has changed. */
  private update(): void {
    this.colours = new Map(moduleColours(this.root).map((entry) => [entry.module, entry]));
    for (const { button, isOn } of this.toggles) button.setAttribute('aria-pressed', String(isOn()));
    this.drawCrumbs();
    this.draw();
    this.drawFacts();
    this.drawLegend();
    this.drawTable();
  }

  private choose(key: string, focus = false): void {
    this.chosen = key;
    this.pointed = undefined;
    this.draw();
    this.drawFacts();
    if (focus) this.focus();
  }

  /** Shows a box whole; what is in it is asked for where it is not known. */
  private zoom(key: string, focus = false): void {
    this.whole = key;
    this.chosen = key;
    this.pointed = undefined;
    this.failure = undefined;
    const box = this.wholeBox;
    this.update();
    if (focus) this.focus();
    const { load } = this.options;
    if (!load || !box.more || box.children.length || this.loading === key) return;
    this.loading = key;
    this.drawFacts();
    load(box)
      .then(
        (children) => {
          this.root = withChildren(this.root, key, children);
        },
        (error: unknown) => {
          this.failure = error instanceof Error ? error.message : String(error);
        },
      )
      .finally(() => {
        if (this.loading === key) this.loading = undefined;
        this.update();
        if (focus) this.focus();
      });
  }

  private focus(): void {
    this.svg.select<SVGGElement>('[tabindex="0"]').node()?.focus({ preventScroll: true });
  }

  private canOpen(box: Box): boolean {
    return box.children.length > 0 || (box.more === true && this.options.load !== undefined);
  }

  private draw(): void {
    if (this.width === 0) return;
    const whole = this.wholeBox;
    const rows = this.shape === 'treemap' ? undefined : placeRows(whole, this.width, this.shape === 'flame');
    const height = rows?.height ?? TREEMAP_HEIGHT;
    this.placed = rows?.boxes ?? placeTreemap(whole, this.width, height);
    if (!this.placed.some(({ box }) => box.key === this.chosen)) this.chosen = whole.key;
    this.svg.attr('width', this.width).attr('height', height).attr('viewBox', `0 0 ${this.width} ${height}`);
    drawBoxes(this.svg, this.placed, {
      chosen: this.chosen,
      describe: (box) => this.describe(box),
      format: formatBytes,
      canOpen: (box) => this.canOpen(box),
      tone: (box) => this.tone(box),
      click: (box, event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) this.open(box, true);
        else if (box.key !== this.whole && this.canOpen(box)) this.zoom(box.key, true);
        else this.choose(box.key, true);
      },
      hover: (box) => {
        this.pointed = box;
        this.drawFacts();
      },
    });
  }

  private tone(box: Box): { name: string; strength: number } {
    if (this.colouring === 'growth') {
      const name = !box.growth ? 'same' : box.growth > 0 ? 'grown' : 'shrunk';
      return { name, strength: growthStrength(box) };
    }
    const colour = this.colours.get(box.module)?.colour;
    return { name: colour === undefined ? 'no-module' : `m${colour}`, strength: 1 };
  }

  private describe(box: Box): string {
    const { growth, detail, module, count } = box;
    return [
      shown(box.name),
      count > 1 && t('{0} objects', formatCount(count)),
      shown(detail),
      formatBytes(box.size),
      this.share(box),
      growth !== undefined && signed(growth),
      module !== detail && shown(module),
    ]
      .filter(Boolean)
      .join(', ');
  }

  private share(box: Box): string {
    return percent(box.size / Math.max(1, this.root.size));
  }

  private open(box: Box, beside = false): void {
    if (box.site) this.host.editor?.openSite(box.site, beside);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = this.chosenBox;
    // Rows of flames grow upwards.
    const inwards = this.shape === 'flame' ? 'ArrowUp' : 'ArrowDown';
    const outwards = this.shape === 'flame' ? 'ArrowDown' : 'ArrowUp';
    const direction =
      event.key === inwards
        ? 'in'
        : event.key === outwards && box.key !== this.whole
          ? 'out'
          : KEYS[event.key];
    if (direction) {
      const next =
        box.key === this.whole && direction !== 'in' ? undefined : neighbour(this.root, box.key, direction);
      const drawn = next && this.placed.some((placed) => placed.box.key === next.key);
      if (drawn) this.choose(next.key, true);
      else if (next && direction === 'in') this.zoom(box.key, true);
    } else if (event.key === 'Enter') {
      if (box.key !== this.whole && this.canOpen(box)) this.zoom(box.key, true);
      else this.open(box);
    } else if (event.key === 'o') this.open(box);
    else if (event.key === 'Escape' || event.key === 'Backspace') {
      const around = wayToBox(this.root, this.whole).at(-2);
      if (!around) return;
      this.zoom(around.key, true);
    } else if (event.key === 'Home') this.zoom(this.root.key, true);
    else return;
    event.preventDefault();
  }

  private drawCrumbs(): void {
    const way = wayToBox(this.root, this.whole);
    this.crumbs.replaceChildren(
      ...way.map((box, i) =>
        h(
          'li',
          {},
          i === way.length - 1
            ? h('span', { 'aria-current': 'true' }, box.name)
            : h('button', { type: 'button', class: 'link', onclick: () => this.zoom(box.key) }, box.name),
        ),
      ),
    );
  }

  private drawFacts(): void {
    const box = this.pointed ?? this.chosenBox;
    const { detail, growth, site, module, origin } = box;
    const where = site && siteLabel(site);
    const fact = (name: string, value: Child): HTMLElement =>
      h('span', {}, h('span', { class: 'dim' }, t(name)), ' ', value);
    this.facts.replaceChildren();
    append(this.facts, [
      h('strong', {}, box.name),
      detail !== '' && detail !== where && h('code', { class: 'dim' }, detail),
      box.count > 1 && h('span', {}, t('{0} objects', formatCount(box.count))),
      h(
        'span',
        {},
        h('span', { class: 'dim' }, this.options.sizeName),
        ' ',
        `${formatBytes(box.size)} (${this.share(box)})`,
      ),
      growth !== undefined && fact('Growth', h('span', { class: growth > 0 ? 'more' : '' }, signed(growth))),
      module !== '' && !site && fact('Module', module),
      origin && h('span', { class: `origin ${origin}` }, t(ORIGINS[origin])),
      site &&
        siteLink(site, this.host, h('code', { class: 'where', title: where }, longText(module || where!))),
      ...(this.options.actions?.(box) ?? []),
      this.loading !== undefined && h('span', { role: 'status' }, t('Loading...')),
      this.failure !== undefined && h('span', { role: 'status', class: 'warning' }, longText(this.failure)),
    ]);
  }

  private drawLegend(): void {
    const entries: [string, string, Child][] =
      this.colouring === 'growth'
        ? [
            ['grown', t('Grown'), ''],
            ['shrunk', t('Shrunk'), ''],
            ['same', t('As before'), ''],
          ]
        : this.moduleLegend();
    this.legend.replaceChildren(
      ...entries.map(([tone, name, amount]) =>
        h(
          'li',
          {},
          h('span', { class: `swatch ${tone}`, 'aria-hidden': 'true' }),
          name,
          amount !== '' && ' ',
          amount !== '' && h('span', { class: 'dim' }, amount),
        ),
      ),
    );
  }

  private moduleLegend(): [string, string, Child][] {
    const modules = [...this.colours.values()];
    const own = modules
      .slice(0, MODULE_COLOURS)
      .map(({ module, colour, size }): [string, string, Child] => [`m${colour}`, module, formatBytes(size)]);
    const others = modules.slice(MODULE_COLOURS);
    if (others.length)
      own.push([
        `m${MODULE_COLOURS}`,
        t('{0} more', others.length),
        formatBytes(others.reduce((sum, { size }) => sum + size, 0)),
      ]);
    return [...own, ['no-module', t('No code is known'), '']];
  }

  private drawTable(): void {
    if (!this.details.open) return;
    const whole = this.wholeBox;
    const boxes = everyBox(whole)
      .sort((a, b) => b.size - a.size)
      .slice(0, TABLE_ROWS);
    const grows = boxes.some(({ growth }) => growth !== undefined);
    const heads = ['Name', 'Module', 'Objects', 'Size', 'Share', ...(grows ? ['Growth'] : [])];
    const level = (box: Box): number => box.key.split('/').length - whole.key.split('/').length;
    this.details.replaceChildren(
      this.details.firstElementChild!,
      table(
        'What is in it, largest first',
        heads,
        boxes.map((box) => [
          h(
            'span',
            { class: 'place' },
            this.canOpen(box) && box.key !== whole.key
              ? h('button', { type: 'button', class: 'link', onclick: () => this.zoom(box.key) }, box.name)
              : siteLink(box.site, this.host, h('span', {}, box.name)),
            h(
              'span',
              { class: 'dim' },
              ` ${shown(box.detail)} ${level(box) ? t('level {0}', level(box)) : ''}`,
            ),
          ),
          box.module,
          formatCount(box.count),
          formatBytes(box.size),
          this.share(box),
          ...(grows ? [signed(box.growth ?? 0)] : []),
        ]),
      ),
    );
  }
}

const ORIGINS = { user: 'your code', library: 'package', runtime: 'runtime' } as const;

function signed(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}
