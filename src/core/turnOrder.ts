/**
 * Lets several queues take turns, however much is in each: the one whose last turn is longest ago is next.
 * With `n` queues that have something, each gets every `n`-th turn.
 */
export class TurnOrder {
  readonly #lastTurns = new Map<string, number>();
  #turns = 0;

  /** @returns whose turn it is of these; of those that had none yet, the first. `undefined` of none */
  next(names: Iterable<string>): string | undefined {
    let next: string | undefined;
    for (const name of names)
      if (next === undefined || this.#lastTurn(name) < this.#lastTurn(next)) next = name;
    if (next !== undefined) this.#lastTurns.set(next, ++this.#turns);
    return next;
  }

  #lastTurn(name: string): number {
    return this.#lastTurns.get(name) ?? 0;
  }
}
