export class Pool {
  #free = [];
  #make;

  constructor(make) {
    this.#make = make;
  }

  take() {
    return this.#free.pop() ?? this.#make();
  }

  give(one) {
    one.reset();
    this.#free.push(one);
  }
}
