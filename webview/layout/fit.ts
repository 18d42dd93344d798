/** Width of one character of the pictures' text (11 px, of the fixed-width font), in pixels. */
const CHARACTER = 6.7;

/** As much of a text as fits into so many pixels; empty where hardly anything does. */
export function fitText(text: string, width: number): string {
  const most = Math.floor(width / CHARACTER);
  if (text.length <= most) return text;
  return most < 3 ? '' : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
