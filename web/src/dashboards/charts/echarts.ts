/** The parts of ECharts that dashlets use; everything else stays out of the bundle. */
import { CustomChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GraphicComponent, GridComponent, MarkAreaComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([CanvasRenderer, CustomChart, GraphicComponent, GridComponent, LineChart, MarkAreaComponent, PieChart, ScatterChart, TitleComponent, TooltipComponent]);

export { init };
