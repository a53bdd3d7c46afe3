import type { Contender, ContenderName, Finding, World } from './messages';

async function load(name: ContenderName): Promise<Contender> {
  switch (name) {
    case 'ours':
      return (await import('./ours')).createContender();
    case 'sdk':
      return (await import('./sdk')).createContender();
    case 'sdk2':
      return (await import('./sdk2')).createContender();
    case 'bare':
      return (await import('./bare')).createContender();
    case 'oneWindow':
      return (await import('./windows')).createContender(1);
    case 'threeWindows':
      return (await import('./windows')).createContender(3);
    case 'newcomers':
      return (await import('./newcomers')).createContender();
  }
}

async function measure(contender: Contender, worlds: readonly World[]): Promise<Finding> {
  const delaysMs: number[] = [];
  const before = process.cpuUsage();
  await Promise.all(
    worlds.map((world) =>
      contender.poll(world, (finishedAtMs) => delaysMs.push(Date.now() - finishedAtMs)),
    ),
  );
  const { user, system } = process.cpuUsage(before);
  return { delaysMs, cpuSeconds: (user + system) / 1e6 };
}

// A process of its own for each who is measured. Its own start is not counted: it says when it has loaded.
// The first worlds that it is given warm it up, as an editor that runs all day is warm.
load(process.argv[2] as ContenderName).then(
  (contender) => {
    process.on('message', (worlds: readonly World[]) => {
      void measure(contender, worlds).then((finding) => process.send?.(finding));
    });
    process.send?.('ready');
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
process.on('disconnect', () => process.exit());
