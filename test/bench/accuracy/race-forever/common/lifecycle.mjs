/** When the service is to stop. */
export class Lifecycle {
  constructor() {
    this.listeners = new Set();
    this.stopped = new Promise((resolve) => {
      this.stop = () => {
        resolve('stopped');
        for (const listener of this.listeners) listener();
      };
    });
  }
}
