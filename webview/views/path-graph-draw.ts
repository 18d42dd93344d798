/** The graph of holders as SVG. Whose code a box is of is told by its form, its side and a word. */

import { path, type Selection } from 'd3';
import { formatCount } from '../../src/base/units.ts';
import type { SiteOrigin } from '../../src/protocol/wording.ts';
import { fitText } from '../layout/fit.ts';
import type { Layered } from '../layout/layered.ts';
import type { Graph, GraphLink, GraphNode } from '../layout/path-graph.ts';
import { t } from '../text.ts';
import { shown } from './dom.ts';

/** Of one node. */
export const BOX = { width: 216, height: 44 };

export interface GraphLook {
  chosen: string;
  pace?: string;
  describe(node: GraphNode): string;
  /** `memory.ts:18`, empty where it has none. */
  place(node: GraphNode): string;
  nameOfMore(left: number): string;
  click(node: GraphNode, event: MouseEvent): void;
  doubleClick(node: GraphNode): void;
}

type Canvas = Selection<SVGGElement, unknown, null, undefined>;

const PADDING = 12;
const ORIGINS: Record<SiteOrigin, string> = { user: 'your code', library: 'package', runtime: 'runtime' };
const ROLES: Partial<Record<GraphNode['role'], string>> = { container: 'grows', gained: 'gained' };

export function drawGraph(canvas: Canvas, graph: Graph, layout: Layered<GraphLink>, look: GraphLook): void {
  drawLinks(canvas, graph, layout, look);
  canvas
    .selectAll<SVGGElement, GraphNode>('g.node')
    .data(graph.nodes, ({ key }) => key)
    .join((enter) => {
      const node = enter.append('g').attr('role', 'button');
      node.append('title');
      node.append('path').attr('class', 'stack');
      node.append('path').attr('class', 'form');
      node.append('path').attr('class', 'side');
      return node;
    })
    .order()
    .attr('class', ({ role, origin, more }) => `node ${role} ${more ? 'more' : (origin ?? 'unplaced')}`)
    .classed('chosen', ({ key }) => key === look.chosen)
    .attr('transform', ({ key }) => {
      const { x, y } = layout.places.get(key)!;
      return `translate(${x - BOX.width / 2},${y})`;
    })
    .attr('tabindex', ({ key }) => (key === look.chosen ? 0 : -1))
    .on('click', (event: MouseEvent, node) => look.click(node, event))
    .on('dblclick', (_event: MouseEvent, node) => look.doubleClick(node))
    .call((nodes) => {
      nodes.select('title').text((node) => look.describe(node));
      nodes.select('.form').attr('d', ({ origin, more }) => formOf(more ? undefined : origin));
      nodes
        .select('.stack')
        .attr('d', ({ origin, count, more }) => (count > 1 && !more ? formOf(origin) : null))
        .attr('transform', 'translate(5,5)');
      nodes.select('.side').attr('d', ({ origin, more }) => (more ? null : sideOf(origin)));
    })
    .selectAll<SVGTextElement, Line>('text')
    .data((node) => linesOf(node, look))
    .join((enter) => enter.append('text').attr('aria-hidden', 'true'))
    .attr('class', ({ kind }) => kind)
    .attr('x', ({ x }) => x)
    .attr('y', ({ y }) => y)
    .attr('text-anchor', ({ end }) => (end ? 'end' : null))
    .text(({ text }) => text);
}

function drawLinks(canvas: Canvas, graph: Graph, { ways }: Layered<GraphLink>, look: GraphLook): void {
  const fanOut = new Map<string, number>();
  for (const { from } of graph.links) fanOut.set(from, (fanOut.get(from) ?? 0) + 1);
  canvas
    .selectAll<SVGGElement, (typeof ways)[number]>('g.link')
    .data(ways, ({ link }) => `${link.from} ${link.to}`)
    .join((enter) => {
      const link = enter.insert('g', 'g.node').attr('aria-hidden', 'true');
      link.append('path').attr('class', 'line');
      link.append('path').attr('class', 'head');
      link.append('text');
      return link;
    })
    .attr(
      'class',
      ({ link, back }) =>
        `link${link.weak ? ' weak' : ''}${link.growing ? ' growing' : ''}${back ? ' back' : ''}`,
    )
    .call((links) => {
      links.select('.line').attr('d', ({ points }) => curve(points));
      links.select('.head').attr('d', ({ points, link }) => arrow(points, link.growing));
      // Beside the end at which this link is alone.
      const at = ({ link, points }: (typeof ways)[number]): [number, number] =>
        (fanOut.get(link.from) ?? 0) > 1
          ? [points.at(-1)![0], points.at(-1)![1] - 12]
          : [points[0][0], points[0][1] + 16];
      links
        .select('text')
        .attr('x', (way) => at(way)[0] + 8)
        .attr('y', (way) => at(way)[1])
        .text(({ link }) => {
          const omitted = link.omitted ? `… ${formatCount(link.omitted)} … ` : '';
          const pace = link.growing && look.pace ? `  ${look.pace}` : '';
          return fitText(shown(`${omitted}${link.edge}${pace}`), BOX.width);
        });
    });
}

interface Line {
  text: string;
  kind: string;
  x: number;
  y: number;
  end?: boolean;
}

function linesOf(node: GraphNode, look: GraphLook): Line[] {
  const { width, height } = BOX;
  if (node.more)
    return [{ text: look.nameOfMore(node.more.left), kind: 'name', x: PADDING, y: height / 2 + 4 }];
  const role = ROLES[node.role];
  const tag = role ? t(role) : node.origin ? t(ORIGINS[node.origin]) : '';
  const right = width - PADDING;
  const room = width - 2 * PADDING - 4;
  const place = fitText(shown(look.place(node)), room * 0.6);
  const className = node.count > 1 ? `${formatCount(node.count)} ${node.className}` : node.className;
  const classRoom = room - 6.8 * (place.length + 1);
  const withId = node.nodeId === undefined ? className : `${className} @${node.nodeId}`;
  // An id that is cut says nothing.
  const classText = fitText(shown(withId), classRoom) === shown(withId) ? withId : className;
  return [
    { text: fitText(shown(node.name), room - 6.4 * (tag.length + 1)), kind: 'name', x: PADDING + 2, y: 18 },
    { text: tag, kind: 'tag', x: right, y: 18, end: true },
    {
      text: fitText(shown(classText), classRoom),
      kind: 'class',
      x: PADDING + 2,
      y: 35,
    },
    { text: place, kind: 'where', x: right, y: 35, end: true },
  ].filter(({ text }) => text !== '');
}

/** Your code a rounded box, a package's with cut corners, the runtime's with round ends, the rest with sharp corners. */
function formOf(origin: SiteOrigin | undefined): string {
  const { width, height } = BOX;
  const shape = path();
  if (origin === 'library') {
    const cut = 9;
    shape.moveTo(cut, 0);
    for (const [x, y] of [
      [width - cut, 0],
      [width, cut],
      [width, height - cut],
      [width - cut, height],
      [cut, height],
      [0, height - cut],
      [0, cut],
    ])
      shape.lineTo(x, y);
    shape.closePath();
  } else if (origin === undefined) shape.rect(0, 0, width, height);
  else {
    const radius = origin === 'runtime' ? height / 2 : 6;
    shape.moveTo(radius, 0);
    shape.arcTo(width, 0, width, height, radius);
    shape.arcTo(width, height, 0, height, radius);
    shape.arcTo(0, height, 0, 0, radius);
    shape.arcTo(0, 0, width, 0, radius);
    shape.closePath();
  }
  return shape.toString();
}

function sideOf(origin: SiteOrigin | undefined): string | null {
  return origin === 'user' ? `M3 6V${BOX.height - 6}` : null;
}

/** Straight down where it can be, else bent. */
function curve(points: readonly [number, number][]): string {
  const line = path();
  line.moveTo(...points[0]);
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const middle = (y0 + y1) / 2;
    line.bezierCurveTo(x0, middle, x1, middle, x1, y1);
  }
  return line.toString();
}

function arrow(points: readonly [number, number][], growing: boolean): string {
  const [x, y] = points[points.length - 1];
  const up = points[points.length - 2][1] > y ? -1 : 1;
  const size = growing ? 8 : 5;
  return `M${x - size} ${y - up * size * 1.4}L${x + size} ${y - up * size * 1.4}L${x} ${y}Z`;
}
