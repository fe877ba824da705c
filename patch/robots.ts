import { isRobot } from '#mail/name';

/**
 * Robots whose notices are believed, by address: anybody can write "[tip: ...]" or call themselves patchwork-bot. A mail is
 * not authenticated by its From: (docs/THREATS.md says so); what is said there names the sender.
 */
const NOTICES: readonly RegExp[] = [
  /^tip-?bot2?@(?:linutronix\.de|zytor\.com|kernel\.org)$/,
  /^tipbot@zytor\.com$/,
  /^akpm@(?:linux-foundation\.org|osdl\.org|digeo\.com)$/,
  /^(?:noreply|notifications?)@(?:kernel\.org|linutronix\.de)$/,
  /^sashal@kernel\.org$/,
  /^gregkh@(?:linuxfoundation\.org|suse\.de)$/,
  /^patch-notifications@ellerman\.id\.au$/,
];
const PATCHWORK = /^patchwork-bot\+[\w.-]+@(?:kernel\.org|linaro\.org)$/;
const PR_TRACKER = /^pr-tracker-bot@kernel\.org$/;

/** A tree's robot, which may say in its form that a patch was applied. */
export const isNoticeRobot = (address: string) => NOTICES.some((pattern) => pattern.test(address));
export const isPatchwork = (address: string) => PATCHWORK.test(address);
export const isPrTracker = (address: string) => PR_TRACKER.test(address);
/** Whichever of them. */
export const isKnownRobot = (address: string) => isNoticeRobot(address) || isPatchwork(address) || isPrTracker(address);
/** Any program: its words are never a person's. Robots that write in a person's name are known by their address. */
export const isMachine = (name: string, address: string) =>
  isRobot(name, address) || /^(?:lkp|syzbot|kernelci|sashal\+autosel)/.test(address);
