/** Saves a picture as it is seen, in a file of its own. */

import { t } from '../text.ts';
import { h } from './dom.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** What style sheets say of an SVG element, that a file of its own must say itself. */
const LOOK = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'opacity',
];

/** @param name of the file, without its ending */
export function saveButton(picture: () => SVGSVGElement, name: string): HTMLElement {
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([svgText(picture())], { type: 'image/svg+xml' }));
    h('a', { href: url, download: `heapline-${name}.svg` }).click();
    // The browser reads it after this.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return h('button', { type: 'button', class: 'button save', onclick: save }, t('Save as SVG'));
}

/** The picture with its colours and fonts written into it, on the page's background. */
export function svgText(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const from = [picture, ...picture.querySelectorAll<SVGElement>('*')];
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element);
    for (const name of LOOK) {
      const value = style.getPropertyValue(name);
      if (value) to[i].setAttribute(name, value);
    }
    for (const name of ['class', 'tabindex', 'role']) to[i].removeAttribute(name);
  }
  copy.setAttribute('xmlns', SVG);
  const back = document.createElementNS(SVG, 'rect');
  back.setAttribute('width', '100%');
  back.setAttribute('height', '100%');
  back.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(back);
  return new XMLSerializer().serializeToString(copy);
}
