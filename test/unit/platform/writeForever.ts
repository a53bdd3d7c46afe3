import { openTaskFolder } from '../../../src/platform/node';
import { aTask } from '../../fakes/aTask';

/** Saves tasks over and over until it is killed; says so once each has been saved. */
async function writeForever(root: string, origin: string): Promise<void> {
  const files = openTaskFolder({ root, origin, onSkipped: () => undefined });
  for (let round = 0; ; round++) {
    const output = String(round % 10).repeat(20_000);
    await Promise.all(
      Array.from({ length: 8 }, (_, at) => files.save(aTask({ id: `t${at}`, output }))),
    );
    if (round === 1) process.send?.('writing');
  }
}

const [, , root = '', origin = ''] = process.argv;
process.on('disconnect', () => process.exit());
void writeForever(root, origin);
