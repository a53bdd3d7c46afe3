import { setTimeout as sleep } from 'node:timers/promises';

/** Checks every few milliseconds until a condition holds. @throws {Error} when it is not after 20 s */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await sleep(5);
  }
}
