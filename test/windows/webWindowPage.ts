import type { Peer, Seat } from '../../src/core/windowSeat';
import { joinWebWindows, type Locks } from '../../src/platform/webWindows';

/** A window without VS Code, in a page of a browser: takes part in the contest, and tells a test what comes of it. */
export interface WebWindow {
  role: 'none' | 'leads' | 'follows';
  peers: Peer[];
  leader: Peer | undefined;
  heard: string[];
  seat: Seat;
}

declare const navigator: { readonly locks: Locks };

const window: WebWindow = {
  role: 'none',
  peers: [],
  leader: undefined,
  heard: [],
  seat: joinWebWindows({
    name: 'windows-of-test',
    locks: navigator.locks,
    createChannel: (name) => new BroadcastChannel(name),
    onLead: () => (window.role = 'leads'),
    onLeave: () => (window.role = 'none'),
    onError: () => undefined,
    onFollow: (leader) => {
      window.role = 'follows';
      window.leader = leader;
      leader.onDidReceive((text) => window.heard.push(text));
      leader.onDidClose(() => {
        if (window.leader === leader) window.role = 'none';
      });
    },
    onPeer: (peer) => {
      window.peers.push(peer);
      peer.onDidReceive((text) => window.heard.push(text));
      peer.onDidClose(() => window.peers.splice(window.peers.indexOf(peer), 1));
    },
  }),
};
Object.assign(globalThis, { webWindow: window });
