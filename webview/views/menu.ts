/** A menu of what can be done with one row. */

import { h } from './dom.ts';

export interface MenuItem {
  /** Translated. */
  label: string;
  act(): void;
  /** What Enter and a double click do. */
  main?: true;
}

/** @param at in the window @param closed what had the focus gets it back */
export function showMenu(items: readonly MenuItem[], at: { x: number; y: number }, closed: () => void): void {
  document.querySelector('.menu')?.remove();
  const close = (): void => {
    menu.remove();
    window.removeEventListener('pointerdown', outside, true);
  };
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) close();
  };
  const buttons = items.map(({ label, act }) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        tabindex: -1,
        onclick: () => {
          close();
          closed();
          act();
        },
      },
      label,
    ),
  );
  const menu = h('div', { class: 'menu', role: 'menu' }, ...buttons);
  menu.addEventListener('keydown', (event) => {
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) buttons[(now + by + buttons.length) % buttons.length].focus();
    else if (event.key === 'Escape' || event.key === 'Tab') {
      close();
      closed();
    } else return;
    event.preventDefault();
  });
  document.getElementById('panel')!.append(menu);
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(0, Math.min(at.x, innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(0, Math.min(at.y, innerHeight - height - 4))}px`;
  window.addEventListener('pointerdown', outside, true);
  buttons[0].focus();
}
