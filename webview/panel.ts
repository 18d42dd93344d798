/** Entry of the editor's panel: shows what it is sent, says what the reader wants, keeps how it was left. */

import type { EditorToPanel, PanelState, PanelToEditor } from '../src/protocol/panel.ts';
import { Asker } from './ask.ts';
import type { Host } from './host.ts';
import { packState, Store, unpackState } from './state.ts';
import { mountContent } from './views/content.ts';

interface EditorApi {
  postMessage(message: PanelToEditor): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
}
declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const root = document.getElementById('panel')!;
const asker = new Asker((message) => api.postMessage(message));
const host: Host = {
  ask: asker.ask,
  copy: async (text) => api.postMessage({ type: 'copy', text }),
  editor: {
    openSite: (site, beside) => api.postMessage({ type: 'open-site', site, beside }),
    command: (command) => api.postMessage({ type: 'command', command }),
    compare: (before, after) => api.postMessage({ type: 'compare', before, after }),
    openRule: (id) => api.postMessage({ type: 'open-rule', id }),
    cancel: () => api.postMessage({ type: 'cancel' }),
    retry: () => api.postMessage({ type: 'retry' }),
  },
};

const kept = api.getState() ?? {};
let { source } = kept;
let store = new Store(unpackState(kept.view));
let update: ReturnType<typeof mountContent>;
/** Where the page is scrolled to, once there is something to scroll. */
let scrollTo = kept.scroll;

function save(): void {
  api.setState({ source, view: packState(store.state), scroll: scrollTo ?? window.scrollY });
}

window.addEventListener('message', ({ data }: MessageEvent<EditorToPanel>) => {
  if (data.type === 'answer') asker.receive(data);
  if (data.type === 'asked') asker.progress(data);
  if (data.type !== 'show') return;
  const { content } = data;
  source = data.source ?? source;
  if (!update?.(content)) {
    const focused = document.activeElement?.id;
    const { scrollY } = window;
    // A store of its own: the views before are gone with theirs.
    store = new Store(store.state);
    update = mountContent(root, content, store, host);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const waits = content.type === 'loading' || content.type === 'error';
    window.scrollTo(0, waits ? 0 : (scrollTo ?? scrollY));
    if (!waits) scrollTo = undefined;
    store.watch(({ cursor, ...state }) => JSON.stringify(state), save);
  }
  save();
});
window.addEventListener('scroll', save);
api.postMessage({ type: 'ready' });
