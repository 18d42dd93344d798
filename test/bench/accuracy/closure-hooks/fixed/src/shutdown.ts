type Hook = () => Promise<void>;

const hooks = new Set<Hook>();

/** Runs a hook before the process ends. @returns takes it back */
export function onShutdown(hook: Hook): () => void {
  hooks.add(hook);
  return () => hooks.delete(hook);
}

export async function runHooks(): Promise<void> {
  await Promise.all([...hooks].map((hook) => hook()));
}
