/** Loses every third message. */
export class LossyWire {
  #sent = 0;

  send({ id, params }, answer) {
    if (this.#sent++ % 3 === 0) return;
    setTimeout(() => answer({ id, result: `results for ${params.q}` }), 2);
  }
}
