import { joinWindows } from '../../src/platform/nodeLeaderElection';

/**
 * A window without VS Code, for tests that kill it: takes part in the election of the leader in the folder that it is given,
 * says on its standard output what comes of it, and passes on what a leader hears.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('The folder is missing.');
const deliver = (line: string): void => void process.stdout.write(`${Date.now()} ${line}\n`);
joinWindows({
  folder,
  onLead: () => deliver('leads'),
  onLeave: () => deliver('left'),
  onFollow: (leader) => {
    deliver('follows');
    leader.onDidReceive((text) => deliver(`hears ${text}`));
    leader.onDidClose(() => deliver('lost'));
    leader.send(`from ${process.pid}`);
  },
  onPeer: (peer) => {
    peer.onDidReceive((text) => {
      deliver(`got ${text}`);
      peer.send(`echo ${text}`);
    });
  },
  onError: (error) => deliver(`alone ${String(error)}`),
});
// Its parent ends it.
process.stdin.resume();
process.stdin.on('end', () => process.exit());
