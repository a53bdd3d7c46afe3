import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from '../parts/icon';
import { columnKeys, placeAfterKey } from '../parts/rovingFocus';

/** An entry of a menu; `undefined` in a list of them is a line between two groups. */
export interface MenuEntry {
  readonly icon: IconName;
  readonly label: string;
  readonly run: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly (MenuEntry | undefined)[];
}

/** Between the menu and the panel's edge, in pixels. */
const margin = 8;

/** A button that opens a menu, with the keys of VS Code's own menus. */
export function Menu({ label, entries }: MenuProps) {
  const [openedBy, setOpenedBy] = useState<'first' | 'last'>();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const items = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ];
  const close = (): void => {
    setOpenedBy(undefined);
    button.current?.focus();
  };

  useLayoutEffect(() => {
    const menu = list.current;
    if (!openedBy || !menu) return;
    // Below its button's left end, and as far to the left of that as it must be to fit.
    const { left, width } = menu.getBoundingClientRect();
    const room = document.documentElement.clientWidth - margin - width;
    menu.style.setProperty('left', `${Math.max(margin, Math.min(left, room)) - left}px`);
    // What hangs below a small panel would not be found.
    menu.scrollIntoView({ block: 'nearest' });
    items()
      .at(openedBy === 'first' ? 0 : -1)
      ?.focus();
  }, [openedBy]);

  useEffect(() => {
    if (!openedBy) return undefined;
    const onPointerDown = ({ target }: PointerEvent): void => {
      const isInside = target instanceof Node && list.current?.parentElement?.contains(target);
      if (!isInside) setOpenedBy(undefined);
    };
    const onBlur = (): void => setOpenedBy(undefined);
    document.addEventListener('pointerdown', onPointerDown);
    window.addEventListener('blur', onBlur);
    return () => {
      document.removeEventListener('pointerdown', onPointerDown);
      window.removeEventListener('blur', onBlur);
    };
  }, [openedBy]);

  const onButtonKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    setOpenedBy(event.key === 'ArrowDown' ? 'first' : 'last');
  };

  const onMenuKey = (event: KeyboardEvent): void => {
    const all = items();
    const at = all.findIndex((item) => item === document.activeElement);
    const place =
      placeAfterKey(event, { at, count: all.length, keys: columnKeys }) ??
      placeOfLetter(event, all);
    if (place !== undefined) all[wrapped(place, at, event.key, all.length)]?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') return setOpenedBy(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu-place">
      <button
        ref={button}
        type="button"
        class="button secondary only-icon"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={openedBy !== undefined}
        aria-controls={openedBy ? id : undefined}
        onClick={() => setOpenedBy(openedBy ? undefined : 'first')}
        onKeyDown={onButtonKey}
      >
        <Icon name="ellipsis" />
      </button>
      {openedBy && (
        <div ref={list} id={id} class="menu" role="menu" aria-label={label} onKeyDown={onMenuKey}>
          {entries.map((entry, index) =>
            entry ? (
              <button
                key={entry.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                onPointerEnter={(event) => event.currentTarget.focus()}
                onClick={() => {
                  close();
                  entry.run();
                }}
              >
                <Icon name={entry.icon} />
                <span>{entry.label}</span>
              </button>
            ) : (
              <div key={index} role="separator" />
            ),
          )}
        </div>
      )}
    </div>
  );
}

/** Past its end a menu begins again. */
function wrapped(place: number, before: number, key: string, count: number): number {
  if (place !== before) return place;
  if (key === 'ArrowDown') return 0;
  return key === 'ArrowUp' ? count - 1 : place;
}

/** The next entry that begins with a letter. */
function placeOfLetter(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  items: readonly HTMLElement[],
): number | undefined {
  if (altKey || ctrlKey || metaKey || !/^\p{L}$/u.test(key)) return undefined;
  const at = items.findIndex((item) => item === document.activeElement);
  const begins = (item: HTMLElement): boolean =>
    item.lastElementChild?.textContent?.toLowerCase().startsWith(key.toLowerCase()) ?? false;
  const order = [...items.keys()].map((offset) => (at + 1 + offset) % items.length);
  return order.find((place) => {
    const item = items[place];
    return item !== undefined && begins(item);
  });
}
