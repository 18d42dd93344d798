/** Attaches to a Node process that runs with --inspect, without a debugger. */
import { commands, l10n, type QuickPickItem, window, workspace } from 'vscode';
import { HeaplineError } from '../../base/errors.ts';
import { withProgress } from '../progress.ts';
import type { CommandContext, Handlers } from './context.ts';

/** Where Node listens when nothing else was asked for, and the next ones that people take. */
const PORTS = [9229, 9230, 9231, 9232, 9233, 9222];
const ANSWER_MS = 500;

interface Inspector {
  address: string;
  label: string;
}

type Item = QuickPickItem & Inspector;

export function attachingCommands(context: CommandContext): Handlers {
  return {
    async attach() {
      if (!workspace.isTrusted)
        throw new HeaplineError('usage', l10n.t('Nothing is recorded in an untrusted workspace.'), {
          hint: l10n.t('Trust the workspace first.'),
        });
      const picked = await pickInspector();
      if (!picked) return;
      const { address, label } = picked;
      await withProgress(l10n.t('Connecting to {0}', address), () => context.sessions.attach(address, label));
      await commands.executeCommand('heapline.targets.focus');
    },
  };
}

/** Inspectors found on this machine, or an address that the user types. */
function pickInspector(): Promise<Inspector | undefined> {
  const picker = window.createQuickPick<Item>();
  picker.title = l10n.t('Attach to a Node inspector');
  picker.placeholder = l10n.t('Pick a process, or type HOST:PORT');
  picker.busy = true;
  let found: Item[] = [];
  const update = (): void => {
    const typed = asAddress(picker.value);
    picker.items = typed
      ? [{ label: typed, description: l10n.t('this address'), address: typed, alwaysShow: true }, ...found]
      : found;
  };
  picker.onDidChangeValue(update);
  void Promise.all(PORTS.map(inspectorsAt)).then((items) => {
    found = items.flat();
    picker.busy = false;
    if (!found.length) picker.placeholder = l10n.t('No process with --inspect is found here: type HOST:PORT');
    update();
  });
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const typed = asAddress(picker.value);
      const picked = picker.selectedItems[0] ?? (typed && { address: typed, label: typed });
      if (!picked) return;
      resolve(picked);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

async function inspectorsAt(port: number): Promise<Item[]> {
  const address = `127.0.0.1:${port}`;
  try {
    const answer = await fetch(`http://${address}/json/list`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const list = (await answer.json()) as { title?: unknown; type?: unknown }[];
    return list
      .filter(({ type }) => type === 'node')
      .map(({ title }) => ({ label: String(title ?? address), description: address, address }));
  } catch {
    return [];
  }
}

/** `9229` -> `127.0.0.1:9229`; `HOST:PORT` and `ws://...` as they are; undefined for anything else. */
export function asAddress(text: string): string | undefined {
  const value = text.trim();
  if (/^\d{2,5}$/.test(value)) return `127.0.0.1:${value}`;
  return /^(wss?:\/\/\S+|[\w.-]+:\d{2,5}|\[[\da-f:]+\]:\d{2,5})$/i.test(value) ? value : undefined;
}
