import {
  Button,
  makeStyles,
  Menu,
  MenuItem,
  MenuItemLink,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
  Tooltip,
} from '@fluentui/react-components';
import {
  AddRegular,
  DarkThemeRegular,
  MoreHorizontalRegular,
  QuestionCircleRegular,
} from '@fluentui/react-icons';
import { Link, useLocation, useRoute } from 'wouter';

import { JobsBadge } from '@/features/jobs';
import { THEMES, useThemePreference } from '@/ui/themePreference';

import { TEXT } from './text';
import type { Layers } from './useLayers';

const NARROW = '@media (max-width: 640px)';

const useStyles = makeStyles({
  header: {
    position: 'sticky',
    top: 0,
    zIndex: 10,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    boxSizing: 'border-box',
    minHeight: '48px',
    paddingInline: tokens.spacingHorizontalL,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    [NARROW]: { paddingInline: tokens.spacingHorizontalS },
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '44px',
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    whiteSpace: 'nowrap',
  },
  nav: {
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    marginInlineEnd: 'auto',
    marginInlineStart: tokens.spacingHorizontalM,
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    minHeight: '44px',
    padding: `0 ${tokens.spacingHorizontalM}`,
    color: tokens.colorNeutralForeground2,
    textDecorationLine: 'none',
    borderBottom: '3px solid transparent',
    borderTop: '3px solid transparent',
    ':hover': { color: tokens.colorNeutralForeground1 },
    '&[aria-current="page"]': {
      color: tokens.colorNeutralForeground1,
      fontWeight: tokens.fontWeightSemibold,
      borderBottomColor: tokens.colorCompoundBrandStroke,
    },
  },
  pages: { display: 'flex', gap: tokens.spacingHorizontalXS, [NARROW]: { display: 'none' } },
  tools: { display: 'flex', [NARROW]: { display: 'none' } },
  add: { [NARROW]: { minWidth: '44px', paddingInline: 0 } },
  wide: { [NARROW]: { display: 'none' } },
  narrow: { display: 'none', [NARROW]: { display: 'inline-flex' } },
  mark: { width: '24px', height: '24px' },
});

export function Header({ layers }: { layers: Layers }) {
  const styles = useStyles();
  return (
    <header className={styles.header}>
      <Link href="/" className={styles.brand} aria-label={TEXT.product}>
        <img src="/mark.svg" alt="" className={styles.mark} />
        <Text weight="semibold" className={styles.wide}>
          {TEXT.product}
        </Text>
      </Link>
      <nav className={styles.nav} aria-label="Pages">
        <span className={styles.pages}>
          <NavLink href="/" below="/scenarios/:name/:tab?" text={TEXT.scenarios} />
          <NavLink href="/connections" text={TEXT.connections} />
          <NavLink href="/settings" text={TEXT.settings} />
        </span>
      </nav>
      <JobsBadge onOpen={() => layers.openJobs()} />
      <Button
        className={styles.add}
        appearance="primary"
        icon={<AddRegular />}
        aria-label={TEXT.addLong}
        onClick={() => layers.openAdd()}
      >
        <span className={styles.wide}>{TEXT.add}</span>
      </Button>
      <span className={styles.tools}>
        <ThemeMenu />
        <Tooltip content={TEXT.keys} relationship="label">
          <Button appearance="subtle" icon={<QuestionCircleRegular />} onClick={layers.openKeys} />
        </Tooltip>
      </span>
      <span className={styles.narrow}>
        <MoreMenu layers={layers} />
      </span>
    </header>
  );
}

function NavLink(props: { href: string; text: string; below?: string }) {
  const styles = useStyles();
  const [here] = useRoute(props.href);
  const [below] = useRoute(props.below ?? props.href);
  return (
    <Link
      href={props.href}
      className={styles.link}
      aria-current={here || below ? 'page' : undefined}
    >
      {props.text}
    </Link>
  );
}

function ThemeMenu() {
  const [theme, setTheme] = useThemePreference();
  return (
    <Menu
      checkedValues={{ theme: [theme] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const chosen = THEMES.find((each) => each === checkedItems[0]);
        if (chosen) setTheme(chosen);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content={TEXT.theme} relationship="label">
          <Button appearance="subtle" icon={<DarkThemeRegular />} />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEMES.map((each) => (
            <MenuItemRadio key={each} name="theme" value={each}>
              {each[0]?.toUpperCase() + each.slice(1)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function MoreMenu({ layers }: { layers: Layers }) {
  const [, navigate] = useLocation();
  const go = (path: string) => (event: { preventDefault: () => void }) => {
    event.preventDefault();
    navigate(path);
  };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={TEXT.more} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemLink href="/" onClick={go('/')}>
            {TEXT.scenarios}
          </MenuItemLink>
          <MenuItemLink href="/connections" onClick={go('/connections')}>
            {TEXT.connections}
          </MenuItemLink>
          <MenuItemLink href="/settings" onClick={go('/settings')}>
            {TEXT.settings}
          </MenuItemLink>
          <MenuItem onClick={layers.openKeys}>{TEXT.keys}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
