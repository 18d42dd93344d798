/** Boxes as SVG: rectangles with as much of their names as fits. */

import { type Selection, select } from 'd3';
import type { Box, PlacedBox } from '../layout/boxes.ts';
import { fitText } from '../layout/fit.ts';
import { shown } from './dom.ts';

export interface BoxesLook {
  /** Key of the box that has the keyboard. */
  chosen: string;
  describe(box: Box): string;
  format(size: number): string;
  canOpen(box: Box): boolean;
  tone(box: Box): { name: string; strength: number };
  click(box: Box, event: MouseEvent): void;
  hover(box: Box): void;
}

const LINE = 14;
const PADDING = 5;
/** Names in rows are left out below this. */
const LEAST_NAMED = 26;

export function drawBoxes(
  svg: Selection<SVGSVGElement, unknown, null, undefined>,
  placed: readonly PlacedBox[],
  look: BoxesLook,
): void {
  svg
    .selectAll<SVGGElement, PlacedBox>('g.cell')
    .data(placed, ({ box }) => box.key)
    .join((enter) => {
      const cell = enter.append('g').attr('role', 'treeitem');
      cell.append('title');
      cell.append('rect').attr('rx', 2);
      return cell;
    })
    .order()
    .attr('class', ({ box, opened }) => `cell ${look.tone(box).name}${opened ? ' opened' : ''}`)
    .classed('openable', ({ box }) => look.canOpen(box))
    .classed('chosen', ({ box }) => box.key === look.chosen)
    .attr('transform', ({ x, y }) => `translate(${x},${y})`)
    .attr('tabindex', ({ box }) => (box.key === look.chosen ? 0 : null))
    .attr('aria-selected', ({ box }) => box.key === look.chosen)
    .attr('aria-level', ({ depth }) => depth + 1)
    .on('click', (event: MouseEvent, { box }) => look.click(box, event))
    .on('pointerenter', (event: PointerEvent, { box }) => {
      // A finger presses what it reaches.
      if (event.pointerType === 'mouse') look.hover(box);
    })
    .each(function (placed) {
      drawCell(select<SVGGElement, PlacedBox>(this), placed, look);
    });
}

function drawCell(
  cell: Selection<SVGGElement, PlacedBox, null, undefined>,
  { box, width, height, opened }: PlacedBox,
  look: BoxesLook,
): void {
  const { strength } = look.tone(box);
  if (strength < 1) cell.style('--fill', 0.08 + 0.5 * strength);
  else cell.style('--fill', null);
  cell.select('title').text(look.describe(box));
  cell.select('rect').attr('width', width).attr('height', height);
  const lines = width < LEAST_NAMED || height < LINE ? [] : linesOf(box, width, height, opened, look);
  cell
    .selectAll<SVGTextElement, [string, string]>('text')
    .data(lines)
    .join((enter) => enter.append('text').attr('aria-hidden', 'true'))
    .attr('class', ([, kind]) => kind)
    .attr('x', ([, kind]) => (kind === 'size at-end' ? width - PADDING : PADDING))
    .attr('text-anchor', ([, kind]) => (kind === 'size at-end' ? 'end' : null))
    .attr(
      'y',
      ([, kind], i) => LINE - 2 + (height < 2 * LINE ? 3 : 1) + (kind === 'size at-end' ? 0 : i * LINE),
    )
    .text(([text]) => text);
}

/** What is written into a box, by line, with its class. */
function linesOf(
  box: Box,
  width: number,
  height: number,
  opened: boolean,
  look: BoxesLook,
): [string, string][] {
  const room = width - 2 * PADDING;
  const name = shown(box.count > 1 ? `${box.name} × ${box.count.toLocaleString('en-US')}` : box.name);
  const size = look.format(box.size);
  if (opened || height < 2 * LINE + 4) {
    const both = fitText(name, room - 6.7 * (size.length + 2));
    // Where the name takes all there is, the size is left out.
    if (both.length >= Math.min(name.length, 8))
      return [
        [both, 'name'],
        [size, 'size at-end'],
      ];
    return [[fitText(name, room), 'name']];
  }
  const lines: [string, string][] = [
    [fitText(name, room), 'name'],
    [fitText(size, room), 'size'],
  ];
  if (box.detail && height >= 3 * LINE + 4) lines.splice(1, 0, [fitText(shown(box.detail), room), 'detail']);
  return lines.filter(([text]) => text !== '');
}
