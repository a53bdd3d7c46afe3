import { formatCount } from '../../core/labels/countLabel';
import { useRef } from 'preact/hooks';
import { Icon } from '../parts/icon';
import { pictureId, useLarge } from './large';
import { pollFor, rejectPicture, usePictureAt } from './pictures';
import type { PictureRef } from '../../core/cloud/task';
import type { TaskView } from '../../core/details/detailsView';
import { Section } from '../parts/section';

interface ScreenshotProps extends PictureRef {
  /** What it shows, for whoever can't see it. */
  readonly alt: string;
}

/** A screenshot that is fetched when it comes near; opens large at a press. */
export function Screenshot({ of, index, alt }: ScreenshotProps) {
  const place = useRef<HTMLDivElement>(null);
  const state = usePictureAt({ of, index }, place);
  const openLarge = useLarge();
  return (
    <div ref={place} class="screenshot">
      {state.kind === 'shown' ? (
        <button
          type="button"
          id={pictureId({ of, index })}
          class="picture"
          title="Show large"
          aria-haspopup="dialog"
          onClick={() => openLarge({ of, index })}
        >
          <img
            src={state.url}
            alt={alt}
            decoding="async"
            onError={() => rejectPicture({ of, index })}
          />
        </button>
      ) : state.kind === 'missing' ? (
        <div class="picture empty">
          <span>No screenshot to be had</span>
          <button
            type="button"
            class="link"
            aria-label={`Try again: ${alt}`}
            onClick={() => pollFor({ of, index })}
          >
            Try again
          </button>
        </div>
      ) : (
        <div class="picture empty waits">
          <Icon name="device-camera" />
        </div>
      )}
    </div>
  );
}

/** Screenshots that belong to no step in particular. */
export function Screenshots({ task }: { readonly task: TaskView }) {
  const { screenshotCount, unread } = task;
  if (unread.includes('screenshots'))
    return (
      <Section id="screenshots" title="Screenshots">
        <p class="nothing">The screenshots could not be read.</p>
      </Section>
    );
  if (screenshotCount === 0) return null;
  return (
    <Section id="screenshots" title="Screenshots" count={screenshotCount}>
      <div class="gallery">
        {Array.from({ length: screenshotCount }, (_, index) => (
          <Screenshot
            key={index}
            of="task"
            index={index}
            alt={`Screenshot ${formatCount(index + 1)} of ${formatCount(screenshotCount)}`}
          />
        ))}
      </div>
    </Section>
  );
}
