import { AsyncLocalStorage } from 'node:async_hooks';

class RequestContext {
  constructor(user) {
    this.user = user;
    this.startedAt = new Date();
    this.notes = [];
    this.profile = { plan: 'free', languages: ['en', 'de'], history: Array.from({ length: 20 }, (_, i) => ({ page: i, seen: i % 3 })) };
  }
}

const storage = new AsyncLocalStorage();

export function withContext(user, work) {
  return storage.run(new RequestContext(user), work);
}

export function contextOf() {
  return storage.getStore();
}
