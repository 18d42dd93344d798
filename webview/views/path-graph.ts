/** Who holds what grows, as a graph to walk and to add to; a list beside it says the same. */

import { select, type ZoomBehavior, zoom, zoomIdentity } from 'd3';
import { formatBytes, formatCount } from '../../src/base/units.ts';
import { siteLabel } from '../../src/protocol/wording.ts';
import type { Asked } from '../ask.ts';
import type { Host } from '../host.ts';
import { type Layered, layered } from '../layout/layered.ts';
import {
  type Arrow,
  type Graph,
  type GraphLink,
  type GraphNode,
  graphOfPaths,
  joined,
  MOST_NODES,
  nodeAt,
  withHolders,
} from '../layout/path-graph.ts';
import { t } from '../text.ts';
import { originView, shortened, siteLink } from './code.ts';
import { append, type Child, h, longText, onWidth, shown } from './dom.ts';
import { BOX, drawGraph } from './path-graph-draw.ts';
import { saveButton } from './save.ts';

export interface GraphOptions {
  id: string;
  graph: Graph;
  /** Key of the node that the graph is about. */
  target: string;
  /** What the growing link says: `+3 a step`. */
  pace?: string;
  cwd?: string;
  /** The snapshot that it is of. */
  of?: Asked;
}

const SPACING = { ...BOX, gapX: 22, gapY: 40, margin: 16 };
/** Holders asked for at first, and with each step more. */
const HOLDERS = 5;
const MORE_HOLDERS = 15;
const WAYS = 12;
const MOST_HEIGHT = 640;
const LEAST_SCALE = 0.2;
const MOST_SCALE = 2;
/** Smaller than that nothing can be read: it is moved about instead. */
const READABLE = 0.72;

export function pathGraphView(options: GraphOptions, host: Host): HTMLElement {
  return new PathGraphView(options, host).element;
}

class PathGraphView {
  readonly element: HTMLElement;
  private graph: Graph;
  private layout: Layered<GraphLink>;
  private chosen: string;
  private width = 0;
  private busy = false;
  private said?: string;

  private readonly frame = h('div', { class: 'chart graph-frame' });
  private readonly svg = select(this.frame).append('svg').attr('role', 'group');
  private readonly canvas = this.svg.append('g');
  private readonly facts = h('div', { class: 'chosen-box' });
  private readonly behaviour: ZoomBehavior<SVGSVGElement, unknown>;

  constructor(
    private readonly options: GraphOptions,
    private readonly host: Host,
  ) {
    this.graph = options.graph;
    this.chosen = options.target;
    this.layout = this.place();
    this.behaviour = zoom<SVGSVGElement, unknown>()
      .scaleExtent([LEAST_SCALE, MOST_SCALE])
      // The page scrolls by the wheel: with Ctrl or Cmd it is for the picture.
      .filter(
        (event: MouseEvent) => !event.button && (event.type !== 'wheel' || event.ctrlKey || event.metaKey),
      )
      .on('zoom', ({ transform }) => this.canvas.attr('transform', String(transform)));
    this.svg
      .attr('aria-label', t('Who holds it, from the root down'))
      .call(this.behaviour)
      .on('dblclick.zoom', null);
    this.frame.addEventListener('keydown', (event) => this.key(event));
    onWidth(this.frame, (width) => {
      this.width = width;
      this.draw();
      this.fit();
    });
    this.element = h(
      'div',
      { class: 'path-graph', id: options.id },
      h(
        'div',
        { class: 'bar' },
        this.legend(),
        this.zoomButtons(),
        saveButton(() => this.svg.node()!, 'path'),
      ),
      this.frame,
      this.facts,
    );
    this.drawFacts();
  }

  private place(): Layered<GraphLink> {
    return layered(
      this.graph.nodes.map(({ key }) => key),
      this.graph.links,
      SPACING,
    );
  }

  private draw(): void {
    if (this.width === 0) return;
    const height = Math.min(MOST_HEIGHT, Math.max(140, this.layout.height * this.scaleToFit()));
    this.svg.attr('width', this.width).attr('height', height);
    const { cwd, pace } = this.options;
    drawGraph(this.canvas, this.graph, this.layout, {
      chosen: this.chosen,
      pace,
      describe: (node) => this.describe(node),
      place: (node) => (node.site ? shortened(siteLabel(node.site, cwd)) : ''),
      nameOfMore: (left) => t('and {0} more', formatCount(left)),
      click: (node, event) => {
        this.choose(node.key, true);
        if (node.more) this.askMore(node);
        else if (event.ctrlKey || event.metaKey || event.altKey) this.open(node, true);
      },
      doubleClick: (node) => this.open(node),
    });
  }

  private scaleToFit(): number {
    return Math.max(READABLE, Math.min(1, (this.width - 8) / this.layout.width));
  }

  /** Shows all of it, or as much as can be read, with what it is about in sight. */
  private fit(): void {
    if (this.width === 0) return;
    const scale = this.scaleToFit();
    const height = Number(this.svg.attr('height'));
    const target = this.layout.places.get(this.chosen) ?? { x: this.layout.width / 2, y: 0 };
    const fitsWide = this.layout.width * scale <= this.width;
    const fitsHigh = this.layout.height * scale <= height + 1;
    const x = fitsWide ? (this.width - this.layout.width * scale) / 2 : this.width / 2 - target.x * scale;
    const y = fitsHigh
      ? 0
      : Math.min(0, Math.max(height - this.layout.height * scale, height * 0.7 - target.y * scale));
    this.svg.call(this.behaviour.transform, zoomIdentity.translate(x, y).scale(scale));
  }

  private choose(key: string, focus = false): void {
    this.chosen = key;
    this.said = undefined;
    this.draw();
    this.drawFacts();
    if (!focus) return;
    this.canvas.select<SVGGElement>('[tabindex="0"]').node()?.focus({ preventScroll: true });
    this.bringIntoSight(key);
  }

  private bringIntoSight(key: string): void {
    const place = this.layout.places.get(key);
    const transform = this.transform();
    if (!place) return;
    const [x, y] = transform.apply([place.x, place.y]);
    const height = Number(this.svg.attr('height'));
    const out = x < 60 || x > this.width - 60 || y < 0 || y > height - BOX.height * transform.k;
    if (out) this.svg.call(this.behaviour.translateTo, place.x, place.y + BOX.height / 2);
  }

  private transform(): { k: number; apply(point: [number, number]): [number, number] } {
    return (this.svg.node() as SVGSVGElement & { __zoom?: typeof zoomIdentity }).__zoom ?? zoomIdentity;
  }

  private node(key: string): GraphNode | undefined {
    return this.graph.nodes.find((node) => node.key === key);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = this.node(this.chosen);
    if (/^Arrow/.test(event.key)) {
      const next = nodeAt(this.graph, this.layout.places, this.chosen, event.key as Arrow);
      if (next) this.choose(next, true);
    } else if (event.key === 'Enter' && node?.more) this.askMore(node);
    else if (event.key === 'Enter' && node) this.open(node);
    else if (event.key === 'h' && node) this.askHolders(node);
    else if (event.key === '+' || event.key === '-') this.zoomBy(event.key === '+' ? 1.25 : 0.8);
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
  }

  private open(node: GraphNode, beside = false): void {
    if (node.site) this.host.editor?.openSite(node.site, beside);
  }

  private zoomBy(factor: number): void {
    this.svg.call(this.behaviour.scaleBy, factor);
  }

  private askMore({ more }: GraphNode): void {
    const of = more && this.node(more.of);
    if (of?.nodeId !== undefined) this.askFor(of, more!.next, MORE_HOLDERS);
  }

  private askHolders(node: GraphNode): void {
    if (node.nodeId !== undefined && !node.asked) this.askFor(node, 0, HOLDERS);
  }

  private askFor(node: GraphNode, start: number, count: number): void {
    const { ask } = this.host;
    if (!ask) return;
    this.wait(
      ask('holders', { nodeId: node.nodeId!, range: { start, count } }, this.options.of).then((rows) => {
        this.graph = withHolders(this.graph, node.key, rows);
        if (rows.rows.length === 0) this.said = t('Nothing else holds it.');
        else if (this.graph.nodes.length >= MOST_NODES) this.said = t('The picture is full.');
      }),
    );
  }

  /** Other ways from a root to the node. */
  private askWays(node: GraphNode): void {
    const { ask } = this.host;
    if (!ask || node.nodeId === undefined) return;
    const before = this.graph.nodes.length;
    this.wait(
      ask('pathGraph', { of: node.nodeId, most: WAYS }, this.options.of).then((ways) => {
        this.graph = joined(this.graph, graphOfPaths(ways));
        if (this.graph.nodes.length === before) this.said = t('There is no other way.');
      }),
    );
  }

  private wait(work: Promise<void>): void {
    if (this.busy) return;
    this.busy = true;
    this.drawFacts();
    const focused = this.frame.contains(document.activeElement);
    work
      .catch((error: unknown) => {
        this.said = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        this.busy = false;
        this.layout = this.place();
        if (!this.node(this.chosen)) this.chosen = this.options.target;
        this.draw();
        this.fit();
        this.drawFacts();
        if (focused) this.canvas.select<SVGGElement>('[tabindex="0"]').node()?.focus({ preventScroll: true });
      });
  }

  private describe(node: GraphNode): string {
    if (node.more) return t('and {0} more', formatCount(node.more.left));
    const above = this.graph.links.filter(({ to }) => to === node.key);
    const held = above.map(({ edge, from, weak }) =>
      t(
        weak ? 'weakly through {0} of {1}' : 'through {0} of {1}',
        shown(edge || '→'),
        shown(this.node(from)?.name ?? ''),
      ),
    );
    const place = node.site && siteLabel(node.site, this.options.cwd);
    return [
      shown(node.name),
      shown(node.className),
      node.count > 1 && t('{0} objects', formatCount(node.count)),
      ...held.slice(0, 3),
      place && shown(place),
    ]
      .filter(Boolean)
      .join(', ');
  }

  private drawFacts(): void {
    const node = this.node(this.chosen);
    this.facts.replaceChildren();
    if (!node) return;
    const { site, retainedSize, nodeId } = node;
    const label = site && siteLabel(site, this.options.cwd);
    const canAsk = this.host.ask && nodeId !== undefined && !this.busy;
    const button = (text: string, act: () => void): Child =>
      h('button', { type: 'button', class: 'button', onclick: act }, text);
    append(this.facts, [
      h('strong', {}, node.more ? t('and {0} more', formatCount(node.more.left)) : node.name),
      !node.more && h('code', { class: 'dim' }, node.className, nodeId !== undefined && ` @${nodeId}`),
      node.count > 1 && !node.more && h('span', {}, t('{0} objects', formatCount(node.count))),
      retainedSize !== undefined &&
        h('span', {}, h('span', { class: 'dim' }, t('Retained size')), ' ', formatBytes(retainedSize)),
      site && originView(site),
      site && siteLink(site, this.host, h('code', { class: 'where' }, longText(label!))),
      canAsk && !node.asked && button(t('Other holders'), () => this.askHolders(node)),
      canAsk && button(t('Other ways to it'), () => this.askWays(node)),
      node.more !== undefined &&
        this.host.ask !== undefined &&
        button(t('Show more'), () => this.askMore(node)),
      this.busy && h('span', { role: 'status' }, t('Loading...')),
      this.said !== undefined && h('span', { role: 'status' }, longText(this.said)),
    ]);
  }

  private legend(): HTMLElement {
    const kinds: [string, string][] = [
      ['user', 'your code'],
      ['library', 'package'],
      ['runtime', 'runtime'],
    ];
    const there = new Set(this.graph.nodes.map(({ origin }) => origin as string));
    return h(
      'ul',
      { class: 'graph-legend' },
      ...kinds.filter(([kind]) => there.has(kind)).map(([kind, name]) => h('li', { class: kind }, t(name))),
      this.graph.links.some(({ growing }) => growing) && h('li', { class: 'grows' }, t('grows')),
      (this.host.ask || this.graph.links.some(({ weak }) => weak)) && h('li', { class: 'weak' }, t('weak')),
    );
  }

  private zoomButtons(): HTMLElement {
    const button = (label: string, text: string, act: () => void): HTMLElement =>
      h(
        'button',
        { type: 'button', class: 'button', 'aria-label': t(label), title: t(label), onclick: act },
        text,
      );
    return h(
      'div',
      { class: 'zoom' },
      button('Larger', '+', () => this.zoomBy(1.25)),
      button('Smaller', '−', () => this.zoomBy(0.8)),
      button('Fit', t('Fit'), () => this.fit()),
    );
  }
}
