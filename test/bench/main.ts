import { measureActivation } from './activation';
import { measureDetailsPage } from './detailsPage';
import { measureFollowing } from './following';
import { measureIdle } from './idle';
import { measureLongRuns } from './longRuns';
import { measureLinks } from './links';
import { measurePastes } from './pastes';
import { measurePolling } from './polling';
import { measureSizes } from './sizes';
import { measureView } from './view';
import { packageExtension } from '../launch/packagedExtension';

/**
 * Prints figures as Markdown tables. They are for people: what must hold stands in the tests.
 * Run it on a quiet machine; every comparison is with a peer in the same run.
 */
async function main(): Promise<void> {
  console.log('Building and packaging …');
  await packageExtension();
  console.log(`\n${await measureSizes()}`);
  console.log(`\n${await measurePastes()}`);
  console.log(`\n${await measureLinks()}`);
  console.log(`\n${await measureActivation()}`);
  console.log(`\n${await measureIdle()}`);
  console.log(`\n${await measureView()}`);
  console.log(`\n${await measureDetailsPage()}`);
  console.log(`\n${await measureLongRuns()}`);
  console.log(`\n${await measurePolling()}`);
  console.log(`\n${await measureFollowing()}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
