import { formatNumber, isDark, SaveCsv, Section } from '@primes/web';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { spiralPlace } from './estimates.ts';

interface SpiralProps {
  readonly primes: readonly number[];
  /** The last number on the spiral. */
  readonly limit: number;
  /** Why it shows no more primes; empty if it shows all. */
  readonly part: string;
}

interface View {
  /** Pixels of the canvas for each number. */
  readonly scale: number;
  /** The place in the image that is in the middle of the canvas. */
  readonly x: number;
  readonly y: number;
}

const MAX_SCALE = 64;
const STEP = 1.5;
const ZOOM_KEYS: Readonly<Record<string, number>> = { '+': STEP, '=': STEP, '-': 1 / STEP };
/** Pixels. */
const MOVE_KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [40, 0],
  ArrowRight: [-40, 0],
  ArrowUp: [0, 40],
  ArrowDown: [0, -40],
};

/**
 * Ulam's spiral. The numbers are painted once, as an image with one pixel for each; the canvas shows a part of it, which
 * takes the same time at each zoom.
 */
export function Spiral({ primes, limit, part }: SpiralProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useMemo(() => paint(primes, limit), [primes, limit, isDark.value]);
  const [view, setView] = useState<View>();
  const pointer = useRef<PointerEvent>(null);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    show(element, image, view);
    const observer = new ResizeObserver(() => show(element, image, view));
    observer.observe(element);
    return () => observer.disconnect();
  }, [image, view]);

  const change = (step: (now: View) => View): void =>
    setView((now) => (canvas.current ? step(now ?? whole(canvas.current, image)) : now));
  const zoom = (factor: number): void =>
    change((now) => ({ ...now, scale: Math.min(MAX_SCALE, Math.max(0.2, now.scale * factor)) }));
  const move = (x: number, y: number): void =>
    change((now) => ({ ...now, x: now.x - x / now.scale, y: now.y - y / now.scale }));
  const onKeyDown = (event: KeyboardEvent): void => {
    const factor = ZOOM_KEYS[event.key];
    const pixels = MOVE_KEYS[event.key];
    if (factor !== undefined) zoom(factor);
    else if (pixels) move(...pixels);
    else return;
    event.preventDefault();
  };
  return (
    <Section title="Ulam’s spiral">
      <p class="hint">
        The numbers 1 to {formatNumber(limit)} wind around the centre, and each dot is a prime. Primes prefer
        some diagonals.{part}
      </p>
      <canvas
        ref={canvas}
        class="zoomable"
        tabIndex={0}
        role="img"
        aria-label="Ulam’s spiral. Plus and minus zoom, the arrow keys move."
        onKeyDown={onKeyDown}
        onWheel={(event) => {
          // Without the key, the page scrolls.
          if (!event.ctrlKey) return;
          event.preventDefault();
          zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pointer.current = event;
        }}
        onPointerMove={(event) => {
          // Not movementX, which some browsers do not have for touch.
          const { clientX: x, clientY: y } = pointer.current ?? event;
          if (event.buttons > 0) move(event.clientX - x, event.clientY - y);
          pointer.current = event;
        }}
      />
      <p class="action">
        <button class="quiet" onClick={() => zoom(STEP)}>
          Zoom in
        </button>
        <button class="quiet" onClick={() => zoom(1 / STEP)}>
          Zoom out
        </button>
        <button class="quiet" onClick={() => setView(undefined)}>
          Whole
        </button>
        <SaveCsv
          file="ulam-spiral.csv"
          rows={() => [['prime', 'x', 'y'], ...primes.map((prime) => [prime, ...spiralPlace(prime)])]}
        />
      </p>
    </Section>
  );
}

/** An image with a pixel for each number, which has the accent colour if it is prime. */
function paint(primes: readonly number[], limit: number): OffscreenCanvas {
  const ring = Math.max(1, Math.ceil((Math.sqrt(limit) - 1) / 2));
  const size = 2 * ring + 1;
  const image = new OffscreenCanvas(size, size);
  const context = image.getContext('2d');
  if (!context) return image;
  const pixels = new ImageData(size, size);
  for (const prime of primes) {
    const [x, y] = spiralPlace(prime);
    pixels.data[4 * ((ring - y) * size + ring + x) + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = getComputedStyle(document.body).getPropertyValue('--accent');
  context.fillRect(0, 0, size, size);
  return image;
}

function whole({ width, height }: HTMLCanvasElement, image: OffscreenCanvas): View {
  return { scale: Math.min(width, height) / image.width, x: image.width / 2, y: image.height / 2 };
}

function show(canvas: HTMLCanvasElement, image: OffscreenCanvas, view?: View): void {
  const context = canvas.getContext('2d');
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!context) return;
  // A new size allocates a new canvas.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const { scale, x, y } = view ?? whole(canvas, image);
  const size = image.width * scale;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(image, width / 2 - x * scale, height / 2 - y * scale, size, size);
}
