/** Keys of a tree grid, as the ARIA practices have them. */

export interface GridKeys {
  move(by: number): void;
  /** Rows that are seen at once. */
  page(): number;
  first(): void;
  last(): void;
  right(): void;
  left(): void;
  act(): void;
  menu(): void;
  /** To the next row that begins so. */
  find(text: string): void;
}

/** Letters typed within this time make one word. */
const WORD_MS = 700;

export function onKeys(element: HTMLElement, keys: GridKeys): void {
  let typed = '';
  let last = 0;
  const act: Record<string, () => void> = {
    ArrowDown: () => keys.move(1),
    ArrowUp: () => keys.move(-1),
    PageDown: () => keys.move(keys.page()),
    PageUp: () => keys.move(-keys.page()),
    Home: () => keys.first(),
    End: () => keys.last(),
    ArrowRight: () => keys.right(),
    ArrowLeft: () => keys.left(),
    Enter: () => keys.act(),
    ContextMenu: () => keys.menu(),
  };
  element.addEventListener('keydown', (event) => {
    // Buttons in rows and heads have keys of their own.
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const known = event.shiftKey && event.key === 'F10' ? act.ContextMenu : act[event.key];
    if (known) known();
    else if (event.key.length === 1 && event.key !== ' ') {
      typed = event.timeStamp - last < WORD_MS ? typed + event.key : event.key;
      last = event.timeStamp;
      keys.find(typed.toLowerCase());
    } else return;
    event.preventDefault();
  });
}
