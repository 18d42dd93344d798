/** Buttons for what the editor can do with what is shown. */

import type { PanelCommand } from '../../src/protocol/panel.ts';
import type { Host } from '../host.ts';
import { t } from '../text.ts';
import { h } from './dom.ts';

/** @param commands with their labels, translated here */
export function actionsView(
  editor: NonNullable<Host['editor']>,
  commands: readonly [PanelCommand, string][],
): HTMLElement {
  return h(
    'p',
    { class: 'actions' },
    ...commands.map(([command, label]) =>
      h('button', { type: 'button', class: 'button', onclick: () => editor.command(command) }, t(label)),
    ),
  );
}
