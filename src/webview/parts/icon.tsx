import type { TaskAppearance } from '../../core/labels/taskLabels';

/** Code points of VS Code's own icon font. @see https://microsoft.github.io/vscode-codicons/dist/codicon.html */
export const glyphs = {
  'arrow-down': 0xea9a,
  check: 0xeab2,
  'chevron-down': 0xeab4,
  'chevron-left': 0xeab5,
  'chevron-right': 0xeab6,
  'circle-outline': 0xeabc,
  'circle-slash': 0xeabd,
  clock: 0xea82,
  close: 0xea76,
  code: 0xeac4,
  'comment-discussion': 0xeac7,
  copy: 0xebcc,
  'debug-continue': 0xeacf,
  'debug-disconnect': 0xead0,
  'debug-pause': 0xead1,
  'debug-restart': 0xead2,
  'debug-stop': 0xead7,
  'desktop-download': 0xea78,
  'device-camera': 0xeada,
  'device-camera-video': 0xead9,
  diff: 0xeae1,
  ellipsis: 0xea7c,
  error: 0xea87,
  export: 0xebac,
  file: 0xea7b,
  globe: 0xeb01,
  'go-to-file': 0xea94,
  key: 0xeb11,
  law: 0xeb12,
  'link-external': 0xeb14,
  loading: 0xeb19,
  output: 0xeb9d,
  pass: 0xeba4,
  'pass-filled': 0xebb3,
  'play-circle': 0xeba6,
  question: 0xeb32,
  refresh: 0xeb37,
  robot: 0xec20,
  save: 0xeb4b,
  'settings-gear': 0xeb51,
  trash: 0xea81,
  warning: 0xea6c,
} as const;

export type IconName = keyof typeof glyphs;

/** A picture beside a text; screen readers skip it. */
export function Icon({ name, spins }: { name: IconName; spins?: boolean }) {
  return (
    <span class={spins ? 'icon spins' : 'icon'} aria-hidden="true">
      {String.fromCodePoint(glyphs[name])}
    </span>
  );
}

/** The icon of a task's appearance, the same as in the view of tasks. */
export function AppearanceIcon({ appearance }: { appearance: TaskAppearance }) {
  return <Icon name={appearanceIcon(appearance)} spins={appearance === 'running'} />;
}

function appearanceIcon(appearance: TaskAppearance): IconName {
  switch (appearance) {
    case 'pending':
      return 'ellipsis';
    case 'created':
      return 'clock';
    case 'running':
      return 'loading';
    case 'paused':
      return 'debug-pause';
    case 'succeeded':
      return 'pass-filled';
    case 'finished':
      return 'pass';
    case 'unsuccessful':
      return 'warning';
    case 'stopped':
      return 'debug-stop';
    case 'failed':
      return 'error';
    case 'unknown':
      return 'question';
    case 'missing':
      return 'circle-slash';
  }
}
