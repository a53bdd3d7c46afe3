import { useEffect, useRef } from 'preact/hooks';
import type { PictureRef } from '../core/pictureLoader';
import { Icon } from './icon';
import { askFor, noteNear, rejectPicture, usePicture } from './pictures';
import { useOpen } from './useOpen';

interface ScreenshotProps extends PictureRef {
  /** What it shows, for whoever can't see it. */
  readonly alt: string;
}

/** A screenshot that is fetched when it comes near; small until it is pressed. */
export function Screenshot({ of, index, alt }: ScreenshotProps) {
  const state = usePicture({ of, index });
  const [isLarge, setLarge] = useOpen(`picture/${of}/${index}`);
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => noteNear({ of, index }, entry?.isIntersecting ?? false),
      { rootMargin: '400px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      noteNear({ of, index }, false);
    };
  }, [of, index]);

  return (
    <div ref={place} class={isLarge && state.kind === 'shown' ? 'screenshot large' : 'screenshot'}>
      {state.kind === 'shown' ? (
        <button
          type="button"
          class="picture"
          aria-expanded={isLarge}
          title={isLarge ? 'Show small' : 'Show large'}
          onClick={() => setLarge(!isLarge)}
        >
          <img src={state.url} alt={alt} onError={() => rejectPicture({ of, index })} />
        </button>
      ) : state.kind === 'missing' ? (
        <div class="picture empty">
          <span>No screenshot to be had</span>
          <button
            type="button"
            class="link"
            aria-label={`Try again: ${alt}`}
            onClick={() => askFor({ of, index })}
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
