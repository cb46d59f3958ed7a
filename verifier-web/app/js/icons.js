/** Pictures of the page, as paths on a field of 24 by 24. Each is beside words that say the same. */

const PATHS = {
  good: 'M12 2l8 3v6c0 5-3.4 9.3-8 11-4.6-1.7-8-6-8-11V5zM7.5 12l3.2 3.2 6-6.4',
  attention: 'M12 3l10 18H2zM12 10v5M12 18v.2',
  halt: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM8 12h8',
  bad: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM8.5 8.5l7 7M15.5 8.5l-7 7',
  unknown: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM9 9.3a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2v.4M12 17.6v.2',
  date: 'M4 6h16v15H4zM4 10.5h16M8 3v5M16 3v5M9.5 15.8h5',
  pause: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM9.5 8.5v7M14.5 8.5v7',
  star: 'M12 2.6l2.9 6.1 6.7.8-5 4.6 1.4 6.6-6-3.3-6 3.3 1.4-6.6-5-4.6 6.7-.8z',
  scan: 'M3 8V4a1 1 0 0 1 1-1h4M16 3h4a1 1 0 0 1 1 1v4M21 16v4a1 1 0 0 1-1 1h-4M8 21H4a1 1 0 0 1-1-1v-4M7 12h10',
  rapid: 'M13 2L4 14h6l-1 8 9-12h-6z',
  map: 'M5 6.5a2 2 0 1 0 .01 0zM19 13.5a2 2 0 1 0 .01 0zM7.5 8.5h6a3.5 3.5 0 0 1 0 7H10M13 12.5l-3 3 3 3',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  camera: 'M4 7h3l2-3h6l2 3h3v13H4zM12 10a3.5 3.5 0 1 0 .01 0z',
  picture: 'M3 4h18v16H3zM3 17l5-5 4 4 4-5 5 6M8.5 8v.2',
  torch: 'M8 2h8v4l-2 3v13h-4V9L8 6zM8 6h8M12 12v2',
  turn: 'M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5',
};

/** @typedef {keyof typeof PATHS} Icon */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {Icon} name
 * @param {string} [kind] class names
 */
export function icon(name, kind = '') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon ${kind}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
