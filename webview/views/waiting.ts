/** While there is nothing to show yet, and when there will be nothing. */

import type { PanelContent } from '../../src/protocol/panel.ts';
import type { WireError } from '../../src/protocol/rpc.ts';
import type { Host } from '../host.ts';
import { t } from '../text.ts';
import { append, type Child, h, longText } from './dom.ts';

export type LoadingContent = Extract<PanelContent, { type: 'loading' }>;

/** Fills `root`, and gives back what takes later readings: the button to cancel stays what it is. */
export function mountLoading(
  root: HTMLElement,
  first: LoadingContent,
  host: Host,
): (now: LoadingContent) => void {
  const title = h('h1');
  const phase = h('p', { class: 'dim', role: 'status' });
  const bar = h('progress', { 'aria-label': t('Progress') });
  const update = ({ title: name, phase: now, done, total }: LoadingContent): void => {
    title.replaceChildren(longText(name));
    phase.replaceChildren(longText(phaseText(now)));
    if (done !== undefined && total) {
      bar.max = total;
      bar.value = Math.min(done, total);
    } else bar.removeAttribute('value');
    bar.title = done !== undefined && total ? `${Math.floor((100 * done) / total)} %` : '';
  };
  update(first);
  append(root, [
    h(
      'main',
      { class: 'panel waiting', 'aria-busy': 'true' },
      title,
      phase,
      bar,
      host.editor &&
        h(
          'p',
          { class: 'actions' },
          h('button', { type: 'button', class: 'button', onclick: host.editor.cancel }, t('Cancel')),
        ),
    ),
  ]);
  return update;
}

/** `FILE: phase` or a phase alone, in the reader's language. */
function phaseText(phase: string): string {
  const parts = /^(.*: )([^:]+)$/.exec(phase);
  return parts ? parts[1] + t(parts[2]) : t(phase);
}

/** What happened, what was kept, what to do. */
export function mountError(root: HTMLElement, error: WireError, host: Host): void {
  const cancelled = error.code === 'cancelled';
  const line = (label: string, text: string | undefined): Child[] =>
    text ? [h('dt', {}, t(label)), h('dd', {}, longText(text))] : [];
  append(root, [
    h(
      'main',
      { class: cancelled ? 'panel waiting' : 'panel waiting failed' },
      h('h1', {}, t(cancelled ? 'Cancelled' : 'This could not be shown')),
      !cancelled &&
        h(
          'div',
          { role: 'alert' },
          h(
            'dl',
            { class: 'facts' },
            ...line('What happened', error.message),
            ...line('What was kept', error.kept),
            ...line('What to do', error.hint),
          ),
        ),
      host.editor &&
        h(
          'p',
          { class: 'actions' },
          h('button', { type: 'button', class: 'button', onclick: host.editor.retry }, t('Try again')),
          ' ',
          !cancelled &&
            h(
              'button',
              { type: 'button', class: 'button', onclick: () => host.editor?.command('openLog') },
              t('Open the log'),
            ),
        ),
    ),
  ]);
}
