import { joinWindows } from '../../src/platform/nodeWindows';

/**
 * A window without VS Code, for tests that kill it: takes part in the contest for the seat in the folder that it is given,
 * says on its standard output what comes of it, and passes on what a leader hears.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('The folder is missing.');
const say = (words: string): void => void process.stdout.write(`${Date.now()} ${words}\n`);
joinWindows({
  folder,
  onLead: () => say('leads'),
  onLeave: () => say('left'),
  onFollow: (leader) => {
    say('follows');
    leader.onDidReceive((text) => say(`hears ${text}`));
    leader.onDidClose(() => say('lost'));
    leader.send(`from ${process.pid}`);
  },
  onPeer: (peer) => {
    peer.onDidReceive((text) => {
      say(`got ${text}`);
      peer.send(`echo ${text}`);
    });
  },
  onError: (error) => say(`alone ${String(error)}`),
});
// Its parent ends it.
process.stdin.resume();
process.stdin.on('end', () => process.exit());
