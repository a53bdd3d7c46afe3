import { fetchCode } from './fetchCode';
import { findBrowser } from './findBrowser';
import { hasDisplay } from './hasDisplay';

/**
 * Has at hand what suites would else fetch when they need it, several at once and within the time of a test: a browser,
 * and the servers of VS Code. Where the host tests have a desktop VS Code, they need no server of the oldest.
 */
async function main(): Promise<void> {
  await findBrowser();
  await fetchCode('newest');
  const hasDesktop = process.env['VSCODE_EXECUTABLE'] !== undefined || hasDisplay();
  if (!hasDesktop) await fetchCode('oldest');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
