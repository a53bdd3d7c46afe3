const cleanUps = new Set<() => void>();
let isListening = false;

/**
 * Runs `cleanUp` when this process exits, by itself or by a signal, unless it is taken back first.
 * It must be synchronous and must not throw.
 *
 * @returns how to take it back.
 */
export function atExit(cleanUp: () => void): () => void {
  cleanUps.add(cleanUp);
  if (!isListening) {
    isListening = true;
    process.on('exit', () => {
      // What came last may use what came before.
      for (const each of [...cleanUps].toReversed()) each();
    });
    const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
    for (const [signal, code] of Object.entries(signals))
      process.on(signal, () => process.exit(code));
  }
  return () => {
    cleanUps.delete(cleanUp);
  };
}
