import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';
import { send } from './vscodeApi';
import type { CopiedPart, FromPage, TextPart } from '../protocol';

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
  readonly what: CopiedPart;
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

/** Opens a text of the task in an editor. */
export function OpenButton({ part, noun }: { readonly part: TextPart; readonly noun: string }) {
  return (
    <IconButton
      icon="go-to-file"
      label={`Open ${noun} in Editor`}
      message={{ type: 'openText', part, index: 0 }}
    />
  );
}

interface TextToolsProps {
  readonly part: CopiedPart & TextPart;
  readonly noun: string;
  readonly copied: CopiedPart | undefined;
  /** Stands between the two. */
  readonly children?: ComponentChildren;
}

/** Copies a text of the task, or opens it in an editor. */
export function TextTools({ part, noun, copied, children }: TextToolsProps) {
  return (
    <>
      <CopyButton what={part} noun={noun} isCopied={copied === part} />
      {children}
      <OpenButton part={part} noun={noun} />
    </>
  );
}
