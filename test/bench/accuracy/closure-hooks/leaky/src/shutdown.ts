type Hook = () => Promise<void>;

const hooks: Hook[] = [];

/** Runs a hook before the process ends. */
export function onShutdown(hook: Hook): void {
  hooks.push(hook); // leak: store
}

export async function runHooks(): Promise<void> {
  await Promise.all(hooks.map((hook) => hook()));
}
