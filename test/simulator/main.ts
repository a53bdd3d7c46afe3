import { parseArgs } from 'node:util';
import { newerSampleTasks, sampleTasks } from './samples';
import { simulatorKey, startSimulator } from './startSimulator';

/** `npm run simulator`: the simulator by itself, with the sample tasks, until Ctrl+C. `--port` names its port. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8420' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port wants a number from 0 to 65535, not "${values.port}".`);
  }
  const simulator = await startSimulator({ port });
  const nowMs = simulator.clock.now();
  const samples = [...sampleTasks(nowMs), ...newerSampleTasks(nowMs)];
  for (const { script } of samples) simulator.addTask(script);

  console.log(`Simulated Browser Use Cloud at ${simulator.url}`);
  console.log(`Key: ${simulatorKey}`);
  console.log('');
  for (const { apiVersion, id, script } of samples) {
    console.log(`${apiVersion}  ${id}  ${firstLine(script.prompt)}`);
  }
  console.log('');
  console.log('Ctrl+C stops it.');

  const stop = (): void => {
    simulator.close().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function firstLine(text: string): string {
  // Some samples hold what must not reach a terminal.
  const line = (text.split('\n')[0] ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '');
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

main().catch((error: unknown) => {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(
    isTaken
      ? 'That port is taken: choose another with --port, or let --port 0 find a free one.'
      : error instanceof Error
        ? error.message
        : error,
  );
  process.exitCode = 1;
});
