import { Icon, type IconName } from './icon';
import { send } from './vscodeApi';
import type { FromPage } from '../protocol';

interface ButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** What the extension is asked to do. */
  readonly message: FromPage;
  readonly kind?: 'primary' | 'secondary';
  readonly title?: string;
  /** What is read out, where it says more than the label, which it holds. */
  readonly name?: string;
}

/** A button with a word on it. */
export function Button({ icon, label, message, kind = 'secondary', title, name }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      title={title ?? name}
      aria-label={name}
      onClick={() => send(message)}
    >
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}

/** A button that is only an icon; its label is read out, and shown on hover. */
export function IconButton({ icon, label, message }: Omit<ButtonProps, 'kind' | 'title'>) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      onClick={() => send(message)}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Copies a part of the task; says so once it is done. */
export function CopyButton({
  what,
  noun,
  isCopied,
}: {
  readonly what: (FromPage & { type: 'copy' })['what'];
  readonly noun: string;
  readonly isCopied: boolean;
}) {
  return (
    <IconButton
      icon={isCopied ? 'check' : 'copy'}
      label={isCopied ? 'Copied' : `Copy ${noun}`}
      message={{ type: 'copy', what }}
    />
  );
}
