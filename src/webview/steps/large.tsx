import { formatCount } from '../../core/labels/countLabel';
import { createContext } from 'preact';
import { useContext, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { TaskView } from '../../core/details/detailsView';
import { Icon } from '../parts/icon';
import { noteNear, rejectPicture, usePicture } from './pictures';
import { oneLine } from '../../core/text/plainText';
import { shorten } from '../../core/text/shorten';
import type { PictureRef } from '../../core/cloud/task';

const Opener = createContext<(ref: PictureRef) => void>(() => undefined);

/** Opens a screenshot large. */
export function useLarge(): (ref: PictureRef) => void {
  return useContext(Opener);
}

/** The ID of a screenshot's place on the page, where the focus returns to. */
export function pictureId({ of, index }: PictureRef): string {
  return `picture-${of}-${index}`;
}

interface Shot {
  readonly ref: PictureRef;
  readonly title: string;
  readonly text: string;
}

/** Lets the screenshots inside of it be opened large, one after the other. */
export function LargePictures({
  task,
  children,
}: {
  readonly task: TaskView;
  readonly children: ComponentChildren;
}) {
  const [shown, setShown] = useState<PictureRef>();
  const shots = useMemo(() => shotsOf(task), [task]);
  const at = shots.findIndex(({ ref }) => ref.of === shown?.of && ref.index === shown.index);
  const shot = shots[at];
  return (
    <Opener.Provider value={setShown}>
      {children}
      {shot && (
        <LargePicture
          shot={shot}
          before={shots[at - 1]}
          after={shots[at + 1]}
          show={(next) => setShown(next.ref)}
          end={() => {
            setShown(undefined);
            const place = document.getElementById(pictureId(shot.ref));
            place?.scrollIntoView({ block: 'nearest' });
            place?.focus({ preventScroll: true });
          }}
        />
      )}
    </Opener.Provider>
  );
}

function shotsOf({ steps, screenshotCount }: TaskView): readonly Shot[] {
  const ofSteps = steps
    .filter(({ hasScreenshot }) => hasScreenshot)
    .map(({ index, number, goal }) => ({
      ref: { of: 'step', index } as const,
      title: `Step ${number}`,
      text: shorten(oneLine(goal), 300),
    }));
  const others = Array.from({ length: screenshotCount }, (_, index) => ({
    ref: { of: 'task', index } as const,
    title: `Screenshot ${formatCount(index + 1)} of ${formatCount(screenshotCount)}`,
    text: '',
  }));
  return [...ofSteps, ...others];
}

interface LargePictureProps {
  readonly shot: Shot;
  readonly before: Shot | undefined;
  readonly after: Shot | undefined;
  readonly show: (shot: Shot) => void;
  /** Called once the dialog is closed. */
  readonly end: () => void;
}

function LargePicture({ shot, before, after, show, end }: LargePictureProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  const go = (next: Shot | undefined): void => {
    if (next) show(next);
  };
  return (
    <dialog
      ref={dialog}
      class="large"
      aria-labelledby="large-title"
      onClose={end}
      onClick={(event) => {
        // What is outside of everything in the dialog is the dialog itself.
        if (event.target === event.currentTarget) close();
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') go(before);
        if (key === 'ArrowRight') go(after);
      }}
    >
      <div class="large-head">
        <h2 id="large-title">{shot.title}</h2>
        <p dir="auto">{shot.text}</p>
        <TurnButton icon="chevron-left" label="Previous Screenshot" shot={before} show={show} />
        <TurnButton icon="chevron-right" label="Next Screenshot" shot={after} show={show} />
        <button type="button" class="icon-button" title="Close" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <LargeImage key={pictureId(shot.ref)} shot={shot} />
    </dialog>
  );
}

/** Stays pressable at either end, so that the focus is not lost there. */
function TurnButton({
  icon,
  label,
  shot,
  show,
}: {
  readonly icon: 'chevron-left' | 'chevron-right';
  readonly label: string;
  readonly shot: Shot | undefined;
  readonly show: (shot: Shot) => void;
}) {
  return (
    <button
      type="button"
      class="icon-button"
      title={label}
      aria-label={label}
      aria-disabled={shot === undefined}
      onClick={() => {
        if (shot) show(shot);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

function LargeImage({ shot: { ref, title, text } }: { readonly shot: Shot }) {
  const { of, index } = ref;
  const state = usePicture(ref);
  useLayoutEffect(() => {
    noteNear({ of, index }, 1);
    return () => noteNear({ of, index }, -1);
  }, [of, index]);
  if (state.kind === 'missing') return <p class="large-empty">This screenshot cannot be had.</p>;
  if (state.kind !== 'shown') return <p class="large-empty">Loading…</p>;
  const alt = text === '' ? title : `Screenshot of ${title.toLowerCase()}: ${text}`;
  return <img src={state.url} alt={alt} onError={() => rejectPicture(ref)} />;
}
