/** Mantine, brought to the density and calm of a tool that is looked at for hours. */
import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  Kbd,
  Menu,
  Modal,
  NumberInput,
  Popover,
  SegmentedControl,
  Skeleton,
  Switch,
  TextInput,
  Tooltip,
} from "@mantine/core";

const popover = { radius: 8, shadow: "none", styles: { dropdown: { boxShadow: "var(--shadow)", padding: 6 } } };

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 6,
  cursorType: "pointer",
  focusRing: "auto",
  colors: {
    accent: ["#eef1ff", "#dbe1ff", "#b9c5ff", "#a3b5ff", "#8ea6ff", "#7590f5", "#5f7ae8", "#4a63d9", "#3a53c9", "#2d41a3"],
    dark: ["#e7eaee", "#c4cbd4", "#a4adb8", "#8d97a3", "#323943", "#252b34", "#171b21", "#101317", "#0b0d10", "#08090b"],
  },
  fontSizes: { xs: "11px", sm: "12px", md: "13px", lg: "15px", xl: "18px" },
  lineHeights: { xs: "1.4", sm: "1.4", md: "1.45" },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs", variant: "default" } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 28, variant: "subtle", color: "gray" } }),
    TextInput: TextInput.extend({ defaultProps: { size: "xs" } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: "xs", hideControls: true } }),
    Checkbox: Checkbox.extend({ defaultProps: { size: "xs" } }),
    Switch: Switch.extend({ defaultProps: { size: "xs" } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: "xs" } }),
    Kbd: Kbd.extend({ defaultProps: { size: "xs" } }),
    Popover: Popover.extend({ defaultProps: { ...popover, transitionProps: { duration: 80 }, position: "bottom-start", offset: 4 } }),
    Menu: Menu.extend({ defaultProps: { ...popover, transitionProps: { duration: 80 }, position: "bottom-end", offset: 4 } }),
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 80 }, overlayProps: { backgroundOpacity: 0.5 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 350, transitionProps: { duration: 60 }, multiline: true, maw: 300, withinPortal: true, fz: 12 },
    }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: 6 } }),
  },
});
