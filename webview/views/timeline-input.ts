/** Moving about in the timeline: keys, the wheel, dragging. */
import { pointer } from 'd3';
import type { ReportTimeline } from '../../src/protocol/report.ts';
import { extent, nearest, panned, type TimelineLayout, zoomed } from '../layout/timeline.ts';
import type { Store } from '../state.ts';

/** How much a turn of the wheel zooms: browsers tell pixels. */
const PER_PIXEL = 0.0022;
const PER_LINE = 18;

/** The arrow keys move the cursor, with Shift the view; plus and minus zoom; Escape shows all. */
export function onKey(event: KeyboardEvent, timeline: ReportTimeline, store: Store): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { memory } = timeline;
  const whole = extent(timeline);
  const { window, cursor } = store.state;
  const at = cursor === undefined ? -1 : nearest(memory, cursor);
  const zoom = (next: readonly [number, number] | undefined): void =>
    store.dispatch({ type: 'zoom', window: next });
  const move = (to: number): void => {
    const time = memory[Math.min(memory.length - 1, Math.max(0, to))].t;
    store.dispatch({ type: 'cursor', t: time });
    // The view follows the cursor.
    const now = store.state.window;
    if (now && (time < now[0] || time > now[1])) zoom(panned(whole, now, time - (now[0] + now[1]) / 2));
  };
  const pan = (share: number): void => {
    if (window) zoom(panned(whole, window, (window[1] - window[0]) * share));
  };
  const big = Math.max(1, Math.round(memory.length / 20));
  const shift = event.shiftKey;
  const actions: Record<string, () => void> = {
    ArrowRight: () => (shift ? pan(0.1) : move(at + 1)),
    ArrowLeft: () => (shift ? pan(-0.1) : move(at < 0 ? 0 : at - 1)),
    ArrowUp: () => move(at + 1),
    ArrowDown: () => move(at < 0 ? 0 : at - 1),
    PageUp: () => move(at + big),
    PageDown: () => move(at - big),
    Home: () => move(0),
    End: () => move(memory.length - 1),
    '+': () => zoom(zoomed(whole, window, 0.5, cursor)),
    '=': () => zoom(zoomed(whole, window, 0.5, cursor)),
    '-': () => zoom(zoomed(whole, window, 2, cursor)),
    Escape: () => zoom(undefined),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/**
 * The wheel with Ctrl (a pinch, on a touchpad) zooms around the pointer; sideways, or with Shift, it moves what is
 * zoomed; dragging does, too. Of several events in one frame the view is drawn once. The wheel alone scrolls the page.
 */
export function onPointer(
  surface: SVGRectElement,
  timeline: ReportTimeline,
  store: Store,
  layout: () => TimelineLayout | undefined,
): void {
  const whole = extent(timeline);
  let pending: readonly [number, number] | undefined | 'none' = 'none';
  const show = (window: readonly [number, number] | undefined): void => {
    const scheduled = pending !== 'none';
    pending = window;
    if (scheduled) return;
    requestAnimationFrame(() => {
      if (pending !== 'none') store.dispatch({ type: 'zoom', window: pending });
      pending = 'none';
    });
  };
  const shownNow = (): readonly [number, number] | undefined =>
    pending === 'none' ? store.state.window : pending;
  surface.addEventListener('wheel', (event) => {
    const now = layout();
    if (!now) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : PER_LINE;
    const window = shownNow();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const factor = 2 ** (event.deltaY * unit * PER_PIXEL * 2);
      show(zoomed(whole, window, factor, now.t(pointer(event, surface)[0])));
      return;
    }
    const sideways = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
    if (!window || Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
    event.preventDefault();
    show(panned(whole, window, ((window[1] - window[0]) / now.width) * sideways * unit));
  });
  let held: { x: number; window: readonly [number, number] } | undefined;
  surface.addEventListener('pointerdown', (event) => {
    const { window } = store.state;
    if (event.button !== 0 || !window) return;
    held = { x: event.clientX, window };
    surface.setPointerCapture(event.pointerId);
  });
  surface.addEventListener('pointermove', (event) => {
    const now = layout();
    if (!held || !now) return;
    const { window, x } = held;
    show(panned(whole, window, ((window[1] - window[0]) / now.width) * (x - event.clientX)));
  });
  for (const end of ['pointerup', 'pointercancel'])
    surface.addEventListener(end, () => {
      held = undefined;
    });
}
